import { sso } from '@better-auth/sso'
import type { Db } from '@moorage/db/client'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { onlyOwnAnswer, rememberRequest } from './saml-browser.ts'
import type { SignInMethods } from './sign-in-methods.ts'

type Saml = SignInMethods['saml'][number]

/**
 * Sign-in by SAML 2.0, at the providers that the operator has set up and no others: of the library's
 * endpoints only those that it takes stay, and nobody registers a provider.
 */
export function samlSignIn({
  db,
  baseUrl,
  providers,
}: {
  db: Db
  baseUrl: string
  providers: readonly Saml[]
}) {
  const plugin = sso({
    defaultSSO: providers.map((provider) => configOf(provider, baseUrl)),
    // Who comes without our having sent them is led to the sign-in page.
    saml: { requireTimestamps: true, idpInitiatedCallbackUrl: '/sign-in' },
    resolveUser: async ({ providerId, providerUser }) => {
      const { domains = [] } = providers.find(({ id }) => id === providerId) ?? {}
      const { email } = providerUser
      if (!domains.includes(email.split('@').at(-1) ?? ''))
        return { action: 'reject', code: 'WRONG_DOMAIN' }
      const user = await db.user.findUnique({ where: { email } })
      // An account whose address nobody has proven is not theirs to be let into: it is refused.
      if (!user?.emailVerified) return { action: 'continue' }
      return { action: 'link', userId: user.id, profile: 'preserve' }
    },
    // The operator has said that it speaks for the address.
    provisionUser: async ({ user }) => {
      await db.user.update({ where: { id: user.id }, data: { emailVerified: true } })
    },
  })
  const { signInSSO, acsEndpoint, spMetadata } = plugin.endpoints
  return {
    ...plugin,
    schema: {},
    endpoints: { signInSSO, acsEndpoint, spMetadata },
    hooks: {
      before: [
        { matcher: isOurs, handler: onlyKnown(providers) },
        { matcher: isAnswer, handler: onlyOwnAnswer },
      ],
      after: [{ matcher: ({ path }: Asked) => path === signInPath, handler: rememberRequest }],
    },
  }
}

function configOf({ id, entityId, url, certificate, ...rest }: Saml, baseUrl: string) {
  const own = `${baseUrl}/api/auth/sso/saml2/sp/metadata?providerId=${id}`
  return {
    providerId: id,
    domain: rest.domains.join(','),
    samlConfig: {
      ...{ issuer: own, entryPoint: url, wantAssertionsSigned: true },
      idpMetadata: { entityID: entityId, cert: certificate },
      identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      mapping: {
        ...(rest.emailAttribute ? { email: rest.emailAttribute } : {}),
        ...(rest.nameAttribute ? { name: rest.nameAttribute } : {}),
      },
    },
  }
}

type Asked = { path?: string | undefined; method?: string | undefined }

const signInPath = '/sign-in/sso'

function isOurs({ path }: Asked): boolean {
  return path === signInPath || path?.startsWith('/sso/') === true
}

function isAnswer({ path, method }: Asked): boolean {
  return method === 'POST' && path?.startsWith('/sso/saml2/sp/acs/') === true
}

/** The library would look for others in a table that there is not. */
function onlyKnown(providers: readonly Saml[]) {
  return createAuthMiddleware(async (ctx) => {
    const asked = ctx.params?.providerId ?? ctx.query?.providerId ?? ctx.body?.providerId
    if (!providers.some(({ id }) => id === asked))
      throw new APIError('NOT_FOUND', { message: 'There is no such provider.' })
  })
}
