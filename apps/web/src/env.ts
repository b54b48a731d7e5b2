import { noSignInMethods, parseSignInMethods } from '@moorage/access/sign-in-methods'
import { weakSecrets } from '@moorage/access/weak-secrets'
import { z } from 'zod'

/** Separated by commas. */
const hostList = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((host) => host.trim())
      .filter(Boolean),
  )

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().optional(),
  /** The builder's, for the backups of volumes in it. */
  MOORAGE_DATA_DIR: z.string().min(1),
  /** The most that a backup which is uploaded may be, as it comes. */
  MOORAGE_MAX_BACKUP_MB: z.coerce.number().int().min(1).default(2048),
  /** 32 bytes in base64. */
  MOORAGE_ENCRYPTION_KEY: z.string().min(1),
  MOORAGE_ENCRYPTION_KEY_PREVIOUS: z.string().min(1).optional(),
  MOORAGE_AUTH_SECRET: z.string().min(1),
  MOORAGE_ENV: z.enum(['development', 'production']).default('production'),
  MOORAGE_DASHBOARD_URL: z.url(),
  MOORAGE_ROUTER_URL: z.url(),
  MOORAGE_GIT_URL: z.url(),
  MOORAGE_WEB_PORT: z.coerce.number().int().min(0).max(65535).default(4400),
  MOORAGE_WEB_HOST: z.string().default('127.0.0.1'),
  MOORAGE_BUILD_CA_FILE: z.string().optional(),
  /** Such as smtps://user:password@mail.example.com; without it links are shown instead of sent. */
  MOORAGE_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** What e-mails come from. */
  MOORAGE_MAIL_FROM: z.string().default('Moorage <moorage@localhost>'),
  /** Google, GitHub, Microsoft, OpenID Connect and SAML, in JSON: packages/access/src/sign-in-methods.ts. */
  MOORAGE_SIGN_IN: z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (!text) return noSignInMethods
      try {
        return parseSignInMethods(text)
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is bad' })
        return z.NEVER
      }
    }),
  /** "1": anyone may make an account. */
  MOORAGE_OPEN_SIGN_UP: z.enum(['0', '1']).default('0'),
  MOORAGE_TRUSTED_REPO_HOSTS: hostList,
  /** GitHub, or an Enterprise Server of one's own. */
  MOORAGE_GITHUB_URL: z.url().default('https://github.com'),
  /** Hosts of OAuth clients' metadata documents that may be private or speak plain http. */
  MOORAGE_TRUSTED_CLIENT_HOSTS: hostList,
})

export type Env = z.infer<typeof schema>

/** Throws one error that names every variable that is missing or, outside development, too weak. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(given)
  const weak = weakSecrets(given)
  if (parsed.success && weak.length === 0) return parsed.data
  const issues = parsed.error?.issues ?? []
  const faults = [...issues.map((it) => `${it.path.join('.')}: ${it.message}`), ...weak]
  throw new Error(
    `The dashboard cannot start with this environment:\n${faults.map((it) => `  ${it}`).join('\n')}`,
  )
}

let cached: Env | null = null

/** Read on first use, so that `next build` needs none of it. */
export function readEnv(): Env {
  cached ??= parseEnv(process.env)
  return cached
}

/** Next tells its makers how it is used, unless this is set before it asks itself. */
export function silenceNext(): void {
  process.env.NEXT_TELEMETRY_DISABLED = '1'
}

/** What Next reads when it is imported, to serve what was built. */
export function prepareNext(): void {
  silenceNext()
  Object.assign(process.env, { NODE_ENV: 'production' })
}
