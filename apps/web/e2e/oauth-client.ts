import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Client,
  ClientCredentialsProvider,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'

/** Opens an address as a person's browser does. */
export type Browse = (url: string) => Promise<void>

/**
 * The official client from a bare URL: it is refused, finds out how to sign in, registers or names
 * its document, lets the person's browser do its part, and calls the tool. `said` is the tool's answer.
 */
export async function callWithOfficialClient(
  url: string,
  browse: Browse,
  document?: string,
): Promise<{ said: string; accessToken: string }> {
  const callback = await listenForCallback()
  const provider = rememberingProvider(callback.url, browse, document)
  const connect = async () => {
    const client = new Client({ name: 'official', version: '1' })
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
    return { client, transport, done: client.connect(transport) }
  }
  try {
    const first = await connect()
    await first.done.then(
      () => Promise.reject(new Error('It was let in without a token')),
      (error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error
      },
    )
    await first.transport.finishAuth(await callback.query)
    const { client, done } = await connect()
    await done
    const said = await callWhoAmI(client)
    const tokens = await provider.tokens()
    return { said, accessToken: tokens?.access_token ?? '' }
  } finally {
    callback.close()
  }
}

/** The official client as a machine that has a client secret. */
export async function callAsMachine(
  url: string,
  machine: { clientId: string; clientSecret: string; expectedIssuer: string },
): Promise<string> {
  const client = new Client({ name: 'official', version: '1' })
  const authProvider = new ClientCredentialsProvider(machine)
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }))
  return callWhoAmI(client)
}

async function callWhoAmI(client: Client): Promise<string> {
  const { content } = await client.callTool({ name: 'whoami', arguments: {} })
  await client.close()
  const [part] = content
  return part?.type === 'text' ? part.text : ''
}

function rememberingProvider(
  redirectUrl: string,
  browse: Browse,
  clientMetadataUrl?: string,
): OAuthClientProvider {
  let verifier = ''
  let client: ReturnType<OAuthClientProvider['clientInformation']>
  let tokens: ReturnType<OAuthClientProvider['tokens']>
  return {
    ...(clientMetadataUrl ? { clientMetadataUrl } : {}),
    redirectUrl,
    clientMetadata: { client_name: 'Official client', redirect_uris: [redirectUrl] },
    clientInformation: () => client,
    saveClientInformation: (saved) => {
      client = saved
    },
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved
    },
    // Waiting for the person is no part of a request.
    redirectToAuthorization: (to) => {
      void browse(to.href)
    },
    saveCodeVerifier: (saved) => {
      verifier = saved
    },
    codeVerifier: () => verifier,
  }
}

async function listenForCallback() {
  const query = Promise.withResolvers<URLSearchParams>()
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    if (pathname === '/callback') query.resolve(searchParams)
    res.end('You can close this window.')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}/callback`,
    query: query.promise,
    close: () => server.close(),
  }
}
