import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { ApiProvider } from '../api-client/api-provider.tsx'
import { ToastProvider } from '../parts/toasts.tsx'
import { parseTheme, themeCookie } from '../shell/theme.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Moorage', template: '%s · Moorage' },
  description: 'A git push becomes an authenticated MCP URL.',
  robots: { index: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  colorScheme: 'light dark',
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value)
  return (
    <html
      lang="en"
      data-theme={theme === 'system' ? undefined : theme}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
      suppressHydrationWarning
    >
      <body>
        <ApiProvider>
          <ToastProvider>
            <div className="isolate min-h-dvh">{children}</div>
          </ToastProvider>
        </ApiProvider>
      </body>
    </html>
  )
}
