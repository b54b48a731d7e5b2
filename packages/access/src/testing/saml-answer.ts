/// <reference path="./samlp.d.ts" />
import { promisify } from 'node:util'
import { getSamlResponse, parseRequest } from 'samlp'

export type SamlPair = { cert: string; key: string }
export const samlEntityId = 'https://idp.example.com/metadata'

/** What a provider would have the browser post, whom we have sent to `url`; `config` is samlp's. */
export async function samlAnswer(
  url: string,
  { pair, email, config = {} }: { pair: SamlPair; email: string; config?: Record<string, unknown> },
): Promise<{ action: string; fields: Record<string, string> }> {
  const { searchParams } = new URL(url)
  const query = { SAMLRequest: searchParams.get('SAMLRequest') ?? '' }
  const asked = await promisify(parseRequest)({ method: 'GET', query })
  const acs = asked.assertionConsumerServiceURL
  const audience = acs.replace(/\/acs\/(\w+)$/, '/metadata?providerId=$1')
  const places = { audience, destination: acs, recipient: acs, inResponseTo: asked.id }
  const own = {
    issuer: samlEntityId,
    ...pair,
    signatureAlgorithm: 'rsa-sha256',
    digestAlgorithm: 'sha256',
  }
  const user = {
    ...{ id: email, displayName: 'Ada Lind', emails: [{ value: email }] },
    name: { givenName: 'Ada', familyName: 'Lind' },
  }
  const xml = await promisify(getSamlResponse)(
    { ...own, signResponse: true, lifetimeInSeconds: 60, ...places, ...config },
    user,
  )
  return {
    action: acs,
    fields: {
      SAMLResponse: Buffer.from(xml).toString('base64'),
      RelayState: searchParams.get('RelayState') ?? '',
    },
  }
}
