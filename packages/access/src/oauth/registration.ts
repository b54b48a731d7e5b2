import { z } from 'zod'
import { type RedirectKind, redirectKind } from './redirect-uris.ts'

const authMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const
const grantTypes = ['authorization_code', 'refresh_token']

/** What clients send (RFC 7591, 2) and we look at. Anything else is left out, as the section allows. */
const requestSchema = z.object({
  redirect_uris: z.array(z.string()).min(1).max(20),
  client_name: z.string().trim().max(200).optional(),
  client_uri: z.string().max(500).optional(),
  grant_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().optional(),
  software_id: z.string().max(200).optional(),
  software_version: z.string().max(100).optional(),
})

export type Registration = {
  /** What the library is given: it takes none of the known schemes, though they are good. */
  request: Record<string, unknown>
  /** Every place that the client may have its codes sent to, in its order. */
  redirectUris: string[]
}
export type RegistrationFault = { error: string; error_description: string }

/**
 * A dynamic registration as real clients send it, made into one that has no loose ends: the kind of
 * application follows from where codes go, secrets are given only to who asks for one, and every
 * redirect is judged. One bad redirect refuses the whole, and is named.
 */
export function readRegistration(body: unknown): Registration | RegistrationFault {
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) return badMetadata(z.prettifyError(parsed.error))
  const { redirect_uris: redirectUris, token_endpoint_auth_method: method, ...client } = parsed.data
  const kinds = redirectUris.map(redirectKind)
  const bad = redirectUris[kinds.indexOf(null)]
  if (bad !== undefined) return badRedirect(bad)
  if (method !== undefined && !isAuthMethod(method))
    return badMetadata(`token_endpoint_auth_method must be one of ${authMethods.join(', ')}`)
  const grants = client.grant_types?.filter((one) => grantTypes.includes(one)) ?? grantTypes
  if (!grants.includes('authorization_code'))
    return badMetadata('grant_types must hold authorization_code')
  const isNative = kinds.some((kind) => kind !== 'web')
  return {
    redirectUris,
    request: {
      redirect_uris: forLibrary(redirectUris, kinds),
      application_type: isNative ? 'native' : 'web',
      token_endpoint_auth_method: method ?? (isNative ? 'none' : 'client_secret_basic'),
      grant_types: grants,
      response_types: ['code'],
      client_name: client.client_name || undefined,
      client_uri: webAddress(client.client_uri),
      software_id: client.software_id,
      software_version: client.software_version,
    },
  }
}

/** It wants at least one, and replaces none: the whole list is put in its place afterwards. */
function forLibrary(uris: string[], kinds: (RedirectKind | null)[]): string[] {
  const taken = uris.filter((_, index) => kinds[index] !== 'known')
  return taken.length > 0 ? taken : ['http://127.0.0.1/']
}

function isAuthMethod(method: string): method is (typeof authMethods)[number] {
  return authMethods.some((one) => one === method)
}

function webAddress(uri: string | undefined): string | undefined {
  return uri && URL.canParse(uri) && new URL(uri).protocol === 'https:' ? uri : undefined
}

function badMetadata(error_description: string): RegistrationFault {
  return { error: 'invalid_client_metadata', error_description }
}

function badRedirect(uri: string): RegistrationFault {
  return {
    error: 'invalid_redirect_uri',
    error_description: `${uri} may not be a redirect URI: use https, http on localhost, 127.0.0.1 or [::1], or a scheme that is a domain name in reverse`,
  }
}
