import { env } from 'node:process'
import { parseEncryptionKey } from '@moorage/access/secret-box'
import { weakSecrets } from '@moorage/access/weak-secrets'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1')

const schema = z.object({
  DATABASE_URL: z.url(),
  REDIS_URL: z.url().optional(),
  MOORAGE_ROUTER_HOST: z.string().default('127.0.0.1'),
  MOORAGE_ROUTER_PORT: z.coerce.number().int().min(0).max(65535),
  MOORAGE_BASE_DOMAIN: z.string().optional(),
  MOORAGE_DASHBOARD_URL: z.url().optional(),
  /** How clients reach the router. */
  MOORAGE_ROUTER_URL: z.url().optional(),
  MOORAGE_ENCRYPTION_KEY: z.string().transform(parseEncryptionKey),
  /** What MOORAGE_ENCRYPTION_KEY was before, until `reseal` has run. */
  MOORAGE_ENCRYPTION_KEY_PREVIOUS: z.string().transform(parseEncryptionKey).optional(),
  /** "1" behind a front that sets X-Forwarded-* itself. */
  MOORAGE_TRUST_PROXY: flag,
  /** Servers elsewhere that may be called though they are private or speak plain http ("host:port"). */
  MOORAGE_TRUSTED_REMOTE_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter(Boolean)),
  /** Further CAs, as for builds: servers elsewhere may be behind the same gateway. */
  MOORAGE_BUILD_CA_FILE: z.string().optional(),
  /** Processes that share the work and the socket. */
  MOORAGE_ROUTER_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  /** Where Prometheus finds /metrics, and a probe /healthz and /readyz; not for clients. */
  MOORAGE_ROUTER_METRICS_HOST: z.string().default('127.0.0.1'),
  MOORAGE_ROUTER_METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** A directory of NAME.crt and NAME.key: the router speaks TLS itself. */
  MOORAGE_ROUTER_CERTIFICATES: z.string().optional(),
  /** Where traces go (OTLP over HTTP), such as http://collector:4318/v1/traces. */
  MOORAGE_OTLP_URL: z.url().optional(),
  MOORAGE_NODE_ID: z.string().default(() => newId('node')),
})

export type Env = z.infer<typeof schema>

/** Throws with the names of what is missing or malformed. */
export function readEnv(): Env {
  const given = Object.entries(env).filter(([, value]) => value !== '')
  const parsed = schema.safeParse(Object.fromEntries(given))
  const weak = weakSecrets(env)
  if (parsed.success && weak.length === 0) return parsed.data
  const faults = [...(parsed.error ? [z.prettifyError(parsed.error)] : []), ...weak]
  throw new Error(`The router cannot start:\n${faults.join('\n')}`)
}
