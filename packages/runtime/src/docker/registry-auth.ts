import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
import { z } from 'zod'

const entrySchema = z.object({
  /** `user:password` in base64, as `docker login` writes it. */
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
})
const configSchema = z.object({ auths: z.record(z.string(), entrySchema) })

/** Credentials by registry, in the form of Docker's config.json. */
export type RegistryAuth = z.infer<typeof configSchema>['auths']

/** Throws `bad_input` for what is not of that form; the text is not repeated. */
export function parseRegistryAuth(text: string): RegistryAuth {
  try {
    return configSchema.parse(JSON.parse(text)).auths
  } catch {
    throw new AppError(
      'bad_input',
      'The registry credentials are not in the form of config.json.',
      {
        hint: '{"auths": {"registry.example.com": {"auth": "<base64 of user:password>"}}}',
      },
    )
  }
}

/** What the engine shows to this registry; undefined: nothing. */
export function authFor(auths: RegistryAuth, registry: string): Docker.AuthConfig | undefined {
  const names = registry === 'docker.io' ? ['https://index.docker.io/v1/', 'docker.io'] : [registry]
  const entry = names.map((name) => auths[name] ?? auths[`https://${name}`]).find(Boolean)
  if (!entry) return undefined
  const [user = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64')
    .toString()
    .split(':')
  return {
    username: entry.username ?? user,
    password: entry.password ?? rest.join(':'),
    serveraddress: registry,
  }
}
