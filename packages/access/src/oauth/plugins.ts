import { oauthProvider } from '@better-auth/oauth-provider'
import type { Db } from '@moorage/db/client'
import { jwt } from 'better-auth/plugins/jwt'
import { clientDocuments } from './client-document.ts'
import { createDocumentFetch } from './document-fetch.ts'
import { knownScopes } from './scopes.ts'

const hour = 3_600

export type OauthOptions = {
  db: Db
  /** The dashboard's URL: `iss` of every token. */
  issuer: string
  /** Hosts, as in URL.host, whose client documents may be at private addresses or plain http. */
  trustedClientHosts: readonly string[]
}

/** The authorization server for MCP clients. handle.ts stands in front of it. */
export function oauthPlugins({ db, issuer, trustedClientHosts }: OauthOptions) {
  const documents = clientDocuments({
    db,
    fetch: createDocumentFetch(trustedClientHosts),
    trustedHosts: trustedClientHosts,
    onFault: (clientId, error) =>
      console.warn(`The OAuth client ${clientId} was not taken:`, error),
  })
  return [
    jwt({ jwt: { issuer: new URL(issuer).origin }, disableSettingJwtHeader: true }),
    oauthProvider({
      scopes: knownScopes,
      loginPage: '/sign-in',
      consentPage: '/oauth/consent',
      // Any client may ask for any server: whether it gets to call it, a person decides.
      enforcePerClientResources: false,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      accessTokenExpiresIn: hour,
      refreshTokenExpiresIn: 30 * 24 * hour,
      extensions: [{ clientDiscovery: documents }],
      // Nobody administers clients or resources through the library's own endpoints.
      clientPrivileges: () => false,
      resourcePrivileges: () => false,
      rateLimit: {
        register: { window: 60, max: 20 },
        token: { window: 60, max: 120 },
        authorize: { window: 60, max: 60 },
      },
    }),
  ]
}
