import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js'
import { silenceNext } from './src/env.ts'

silenceNext()

/** @param {boolean} development */
const securityHeaders = (development) => [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
  {
    key: 'Content-Security-Policy',
    value: [
      "default-src 'self'",
      // Next hydrates through inline scripts, and development evaluates modules.
      `script-src 'self' 'unsafe-inline'${development ? " 'unsafe-eval'" : ''}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "object-src 'none'",
      "base-uri 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
  },
]

/** @type {(phase: string) => import('next').NextConfig} */
const config = (phase) => ({
  poweredByHeader: false,
  devIndicators: false,
  reactStrictMode: true,
  // The workspace packages are TypeScript sources.
  transpilePackages: [
    '@moorage/access',
    '@moorage/api',
    '@moorage/build-plan',
    '@moorage/bus',
    '@moorage/db',
    '@moorage/deployments',
    '@moorage/domain',
    '@moorage/logs',
    '@moorage/mcp',
    '@moorage/runtime',
  ],
  serverExternalPackages: [
    '@prisma/adapter-pg',
    '@prisma/client',
    'better-auth',
    'bullmq',
    'ioredis',
    'nodemailer',
    'pg',
    'shiki',
  ],
  // `npm run check` checks the types of the whole tree; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [
    {
      // The one page that posts a form elsewhere has a policy of its own, narrower but for that.
      source: '/:path((?!api/github/new$).*)',
      headers: securityHeaders(phase === PHASE_DEVELOPMENT_SERVER),
    },
  ],
})

export default config
