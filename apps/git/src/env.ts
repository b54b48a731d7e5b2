import { parseEncryptionKey } from '@moorage/access/secret-box'
import { weakSecrets } from '@moorage/access/weak-secrets'
import { z } from 'zod'

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().min(1).optional(),
  MOORAGE_DATA_DIR: z.string().min(1),
  MOORAGE_ENCRYPTION_KEY: z.string().transform(parseEncryptionKey),
  /** What MOORAGE_ENCRYPTION_KEY was before, until `reseal` has run. */
  MOORAGE_ENCRYPTION_KEY_PREVIOUS: z.string().transform(parseEncryptionKey).optional(),
  MOORAGE_GIT_PORT: z.coerce.number().int().min(0).max(65535),
  MOORAGE_GIT_HOST: z.string().default('127.0.0.1'),
  MOORAGE_ROUTER_URL: z.url(),
  MOORAGE_DASHBOARD_URL: z.url(),
  MOORAGE_GIT_URL: z.url(),
  PATH: z.string().min(1),
})

export type Env = z.infer<typeof schema>

/** Ends the process with one line a variable where something is missing. */
export function readEnv(): Env {
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== '')),
  )
  const weak = weakSecrets(process.env)
  if (parsed.success && weak.length === 0) return parsed.data
  const issues = parsed.error?.issues ?? []
  for (const fault of [...issues.map((it) => `${it.path.join('.')}: ${it.message}`), ...weak])
    console.error(`git: ${fault}`)
  process.exit(2)
}
