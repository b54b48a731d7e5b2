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
  const { browsed, ...provider } = rememberingProvider(callback.url, browse, document)
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
    await first.transport.finishAuth(await callback.next())
    const { client, done } = await connect()
    await done
    const said = await callWhoAmI(client)
    await client.close()
    const tokens = await provider.tokens()
    return { said, accessToken: tokens?.access_token ?? '' }
  } finally {
    await browsed()
    callback.close()
  }
}

/** The same as far as a guarded tool, for which it has to ask once more. */
export async function stepUpWithOfficialClient(url: string, browse: Browse): Promise<string> {
  const callback = await listenForCallback()
  const { browsed, ...provider } = rememberingProvider(callback.url, browse)
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
  try {
    const first = transport()
    const connecting = new Client({ name: 'official', version: '1' }).connect(first)
    await connecting.catch(() => {})
    await first.finishAuth(await callback.next())
    const client = new Client({ name: 'official', version: '1' })
    const second = transport()
    await client.connect(second)
    await callWhoAmI(client)
    const call = () => client.callTool({ name: 'forget_me', arguments: {} })
    await call().then(
      () => Promise.reject(new Error('It was let through without the scope')),
      (error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error
      },
    )
    await second.finishAuth(await callback.next())
    const { content } = await call()
    await client.close()
    return textOf(content)
  } finally {
    await browsed()
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
  const said = await callWhoAmI(client)
  await client.close()
  return said
}

async function callWhoAmI(client: Client): Promise<string> {
  return textOf((await client.callTool({ name: 'whoami', arguments: {} })).content)
}

function textOf([part]: { type: string; text?: unknown }[]): string {
  return part?.type === 'text' ? String(part.text) : ''
}

function rememberingProvider(
  redirectUrl: string,
  browse: Browse,
  clientMetadataUrl?: string,
): OAuthClientProvider & { browsed: () => Promise<void> } {
  let verifier = ''
  let browsing = Promise.resolve()
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
      browsing = browse(to.href)
    },
    saveCodeVerifier: (saved) => {
      verifier = saved
    },
    codeVerifier: () => verifier,
    browsed: () => browsing,
  }
}

async function listenForCallback() {
  let query = Promise.withResolvers<URLSearchParams>()
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
    /** What the browser comes back with, each time anew. */
    next: async () => {
      const found = await query.promise
      query = Promise.withResolvers()
      return found
    },
    close: () => server.close(),
  }
}
