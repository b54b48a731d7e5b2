import { z } from 'zod'

const client = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) })

/** In the callback URL: /api/auth/callback/ID, and /api/auth/sso/saml2/sp/acs/ID of SAML. */
const id = z.string().regex(/^[a-z0-9-]{1,40}$/)
/** What the button says. */
const name = z.string().min(1).max(40)

/** Further ways to sign in, as the operator sets them up: MOORAGE_SIGN_IN, in JSON. */
export const signInMethodsSchema = z.strictObject({
  google: client.optional(),
  github: client.optional(),
  /** Entra; without a tenant any Microsoft account counts. */
  microsoft: client.extend({ tenantId: z.string().optional() }).optional(),
  /** Auth0, WorkOS, Okta, Keycloak and whatever else speaks OpenID Connect. */
  oidc: z.array(client.extend({ id, name, issuer: z.url() })).default([]),
  /** SAML 2.0. */
  saml: z
    .array(
      z.strictObject({
        ...{ id, name },
        /** What the provider calls itself, where it is asked, and what it signs with (PEM). */
        entityId: z.string().min(1),
        url: z.url(),
        certificate: z.string().min(1),
        /** It speaks for addresses of these and no others. */
        domains: z.array(z.hostname().toLowerCase()).min(1),
        /** Where its assertions have the address and the name, if not in the usual places. */
        emailAttribute: z.string().optional(),
        nameAttribute: z.string().optional(),
      }),
    )
    .default([]),
})

export type SignInMethods = z.infer<typeof signInMethodsSchema>

export const noSignInMethods: SignInMethods = { oidc: [], saml: [] }

export type SignInButton = { id: string; name: string; protocol: 'oauth' | 'saml' }

const social = { google: 'Google', github: 'GitHub', microsoft: 'Microsoft' } as const

/** What the sign-in page offers besides e-mail and passkey. */
export function signInButtons(methods: SignInMethods): SignInButton[] {
  const known = (Object.keys(social) as (keyof typeof social)[])
    .filter((id) => methods[id])
    .map((id) => ({ id, name: social[id], protocol: 'oauth' as const }))
  return [
    ...known,
    ...methods.oidc.map(({ id, name }) => ({ id, name, protocol: 'oauth' as const })),
    ...methods.saml.map(({ id, name }) => ({ id, name, protocol: 'saml' as const })),
  ]
}

/** Reads the JSON; throws with where it is wrong, and never with what is in it. */
export function parseSignInMethods(text: string): SignInMethods {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  const parsed = signInMethodsSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}
