import { passkey } from '@better-auth/passkey'
import { genericOAuth, magicLink } from 'better-auth/plugins'
import type { Mail } from './mail.ts'
import { secondFactor } from './second-factor.ts'
import type { SignInMethods } from './sign-in-methods.ts'

const linkMinutes = 15

/** Links by e-mail, passkeys, a second factor, and providers that speak OpenID Connect. */
export function signInPlugins(options: {
  baseUrl: string
  origins: string[]
  methods: SignInMethods
  mail: Mail | null
  /** Whether there is, or may be, an account of this address. */
  isKnown: (email: string) => Promise<boolean>
  /** Where links go that cannot be sent: to who runs the platform. */
  tellOperator: (line: string) => void
}) {
  const { mail, tellOperator } = options
  return [
    magicLink({
      expiresIn: linkMinutes * 60,
      storeToken: 'hashed',
      // The answer is the same for an address that nobody has here.
      sendMagicLink: async ({ email, url }) => {
        if (!(await options.isKnown(email))) return
        if (!mail) return tellOperator(`A sign-in link for ${email}, good once: ${url}`)
        await mail.send({
          to: email,
          subject: 'Sign in to Moorage',
          text: `${url}\n\nThe link is good for ${linkMinutes} minutes, once. If you did not ask for it, ignore it.`,
        })
      },
    }),
    passkey({
      rpName: 'Moorage',
      rpID: new URL(options.baseUrl).hostname,
      origin: options.origins,
    }),
    secondFactor(),
    genericOAuth({
      config: options.methods.oidc.map(({ id, name, issuer, clientId, clientSecret }) => ({
        ...{ providerId: id, name, clientId, clientSecret },
        discoveryUrl: `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
        scopes: ['openid', 'email', 'profile'],
        requireIdTokenVerification: true,
      })),
    }),
  ] as const
}
