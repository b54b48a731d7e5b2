'use client'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { Monitor, Moon, Sun } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { parseTheme, type Theme, themeCookie, themes } from './theme.ts'

export const themeIcons = { system: Monitor, light: Sun, dark: Moon }
export const themeWords = { system: 'As the system', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
  const theme = useTheme()
  return (
    <ToggleGroup
      aria-label="Theme"
      value={[theme]}
      onValueChange={([next]) => next && setTheme(parseTheme(String(next)))}
      className="flex rounded-md border bg-sunken p-0.5"
    >
      {themes.map((name) => {
        const Icon = themeIcons[name]
        return (
          <Toggle
            key={name}
            value={name}
            aria-label={themeWords[name]}
            title={themeWords[name]}
            className="grid h-6 w-8 place-items-center rounded-sm text-faint hover:text-text data-[pressed]:bg-raised data-[pressed]:text-text data-[pressed]:shadow-sm"
          >
            <Icon className="size-3.5" />
          </Toggle>
        )
      })}
    </ToggleGroup>
  )
}

const changed = 'moorage-theme-changed'

export function setTheme(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing on plain http
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`
  window.dispatchEvent(new Event(changed))
}

/** The theme that is chosen now. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener(changed, listener)
      return () => window.removeEventListener(changed, listener)
    },
    () => parseTheme(document.documentElement.dataset.theme),
    () => 'system',
  )
}
