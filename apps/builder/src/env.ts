import { parseEncryptionKey } from '@moorage/access/secret-box'
import { weakSecrets } from '@moorage/access/weak-secrets'
import { parseRegistryAuth } from '@moorage/runtime/registry-auth'
import { z } from 'zod'

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  )

const withoutSlash = z.url().transform((url) => url.replace(/\/+$/, ''))

const seconds = (fallback: number) =>
  z.coerce
    .number()
    .positive()
    .default(fallback)
    .transform((value) => value * 1000)

const schema = z.object({
  PATH: z.string(),
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().optional(),
  MOORAGE_DATA_DIR: z.string().min(1),
  MOORAGE_ENV: z.enum(['development', 'production']).default('production'),
  MOORAGE_ENCRYPTION_KEY: z.string().transform(parseEncryptionKey),
  /** What MOORAGE_ENCRYPTION_KEY was before, until `reseal` has run. */
  MOORAGE_ENCRYPTION_KEY_PREVIOUS: z.string().transform(parseEncryptionKey).optional(),
  MOORAGE_PLATFORM_ID: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** `auto`: docker where an engine answers, else process. In production process must be named. */
  MOORAGE_RUNTIME: z.enum(['docker', 'process', 'auto']).default('auto'),
  /** Set by `npm start`: the servers end with the platform instead of running on without a router. */
  MOORAGE_STOP_INSTANCES: z.enum(['0', '1']).default('0'),
  MOORAGE_BUILD_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Of one team at the same time, on all builders together. */
  MOORAGE_TEAM_BUILDS: z.coerce.number().int().min(1).max(64).default(3),
  MOORAGE_BUILD_TIMEOUT_SECONDS: seconds(900),
  /** Of each step of a build. */
  MOORAGE_BUILD_MEMORY_MB: z.coerce.number().int().min(128).default(2048),
  MOORAGE_BUILD_CPUS: z.coerce.number().positive().default(2),
  MOORAGE_BUILD_DISK_MB: z.coerce.number().int().min(128).default(10_240),
  /** Images of earlier versions kept for each server, and for how long. */
  MOORAGE_KEEP_IMAGES: z.coerce.number().int().min(0).max(1000).default(5),
  MOORAGE_KEEP_IMAGE_DAYS: z.coerce.number().positive().default(90),
  MOORAGE_KEEP_IMAGES_MB: z.coerce.number().int().min(0).default(51_200),
  MOORAGE_KEEP_CACHE_MB: z.coerce.number().int().min(0).default(20_480),
  MOORAGE_KEEP_CACHE_DAYS: z.coerce.number().positive().default(14),
  MOORAGE_KEEP_LOG_DAYS: z.coerce.number().positive().default(30),
  MOORAGE_KEEP_REQUEST_DAYS: z.coerce.number().positive().default(30),
  /** On the whole platform; the oldest go first. */
  MOORAGE_KEEP_LOG_LINES: z.coerce.number().int().min(1000).default(10_000_000),
  MOORAGE_KEEP_REQUESTS: z.coerce.number().int().min(1000).default(10_000_000),
  /** Backups kept of each volume, and for how long; the newest one always. */
  MOORAGE_KEEP_BACKUPS: z.coerce.number().int().min(1).max(1000).default(14),
  MOORAGE_KEEP_BACKUP_DAYS: z.coerce.number().positive().default(30),
  /** `off`: the operator's own rules keep builds and servers from private networks. */
  MOORAGE_FIREWALL: z.enum(['on', 'off']).default('on'),
  /** Addresses and ranges that servers and builds may reach though they are private. */
  MOORAGE_FIREWALL_ALLOW: list,
  MOORAGE_START_TIMEOUT_SECONDS: seconds(60),
  MOORAGE_DRAIN_SECONDS: seconds(60),
  MOORAGE_SERVER_MEMORY_MB: z.coerce.number().int().min(64).default(512),
  /** For all processes of a server that speaks stdio, of which each session has one. */
  MOORAGE_STDIO_MEMORY_MB: z.coerce.number().int().min(64).default(1024),
  MOORAGE_MAX_CHILDREN: z.coerce.number().int().min(1).max(1000).default(32),
  MOORAGE_SERVER_CPUS: z.coerce.number().positive().default(1),
  MOORAGE_MAX_SOURCE_MB: z.coerce.number().int().min(1).default(1024),
  /** Hosts that may be fetched from though they are private or speak plain http. */
  MOORAGE_TRUSTED_REPO_HOSTS: list,
  /** Hosts that submodules may come from, besides the repository's own. */
  MOORAGE_SUBMODULE_HOSTS: list,
  MOORAGE_BASE_IMAGE_PYTHON: z.string().optional(),
  MOORAGE_BASE_IMAGE_NODE: z.string().optional(),
  MOORAGE_BASE_IMAGE_GOLANG: z.string().optional(),
  MOORAGE_BASE_IMAGE_RUST: z.string().optional(),
  MOORAGE_BASE_IMAGE_DEBIAN: z.string().optional(),
  /** Makes base images where no registry answers: a command as a JSON array, see make-base-image.ts. */
  MOORAGE_MAKE_BASE_IMAGE: z
    .string()
    .optional()
    .transform((text): unknown => (text ? JSON.parse(text) : undefined))
    .pipe(z.array(z.string()).min(1).optional()),
  /** Credentials for private images, in the form of Docker's config.json; every team may use them. */
  MOORAGE_REGISTRY_AUTH: z
    .string()
    .optional()
    .transform((text) => (text ? parseRegistryAuth(text) : {})),
  /** Image registries that may be pulled from though they are in a private network. */
  MOORAGE_TRUSTED_REGISTRIES: list,
  /** Remote servers that may be called though they are private or speak plain http ("host:port"). */
  MOORAGE_TRUSTED_REMOTE_HOSTS: list,
  /** Hosts of webhooks that may be private or speak plain http ("host:port"). */
  MOORAGE_TRUSTED_NOTIFICATION_HOSTS: list,
  /** For notices by e-mail: packages/access/src/mail.ts. */
  MOORAGE_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MOORAGE_MAIL_FROM: z.string().default('Moorage <moorage@localhost>'),
  /** For links in notices and at GitHub. */
  MOORAGE_DASHBOARD_URL: withoutSlash.optional(),
  MOORAGE_ROUTER_URL: withoutSlash.optional(),
  /** GitHub, or an Enterprise Server of one's own. */
  MOORAGE_GITHUB_URL: z.url().default('https://github.com'),
  MOORAGE_BUILD_CA_FILE: z.string().optional(),
  MOORAGE_BUILD_NPM_REGISTRY: z.string().optional(),
  MOORAGE_BUILD_PIP_INDEX_URL: z.string().optional(),
  MOORAGE_BUILD_GOPROXY: z.string().optional(),
  MOORAGE_BUILD_CARGO_REGISTRY: z.string().optional(),
  MOORAGE_BUILD_HTTP_PROXY: z.string().optional(),
  MOORAGE_BUILD_HTTPS_PROXY: z.string().optional(),
  MOORAGE_BUILD_NO_PROXY: z.string().optional(),
})

export type Env = z.infer<typeof schema>

export function readEnv(): Env {
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== '')),
  )
  const weak = weakSecrets(process.env)
  if (parsed.success && weak.length === 0) return parsed.data
  const faults = [...(parsed.error ? [z.prettifyError(parsed.error)] : []), ...weak]
  console.error(`The builder cannot start:\n${faults.join('\n')}`)
  process.exit(78) // EX_CONFIG
}

const resealSchema = schema
  .pick({ DATABASE_URL: true, MOORAGE_ENCRYPTION_KEY: true })
  .extend({ MOORAGE_ENCRYPTION_KEY_PREVIOUS: z.string().transform(parseEncryptionKey) })

/** For `reseal.ts` alone. Throws with what is missing. */
export function readResealEnv(): z.infer<typeof resealSchema> {
  return resealSchema.parse(process.env)
}
