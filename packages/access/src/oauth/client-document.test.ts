import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { isDocumentUrl, readClientDocument } from './client-document.ts'
import { createDocumentFetch } from './document-fetch.ts'

const url = 'https://client.test/oauth/metadata.json'
const good = {
  client_id: url,
  client_name: 'A client',
  redirect_uris: ['http://127.0.0.1/callback', 'https://client.test/callback'],
}

test.each<[string, boolean]>([
  [url, true],
  ['http://client.test/metadata.json', false],
  ['https://client.test/', false],
  ['https://client.test', false],
  ['https://user@client.test/metadata.json', false],
  ['https://client.test/a/../metadata.json', false],
  ['https://client.test/metadata.json#x', false],
  ['https://CLIENT.test/metadata.json', false],
  ['a-client-id', false],
])('%s is the address of a document: %s', (clientId, is) => {
  expect(isDocumentUrl(clientId, [])).toBe(is)
})

test('a document is a client without a secret, with its redirects as they are', () => {
  expect(readClientDocument(url, good)).toMatchObject({
    name: 'A client',
    redirectUris: good.redirect_uris,
    tokenEndpointAuthMethod: 'none',
    requirePKCE: true,
  })
})

test.each([
  ['of another client', { client_id: 'https://client.test/other.json' }],
  ['whose id ends in a slash more', { client_id: `${url}/` }],
  ['with a redirect that none may have', { redirect_uris: ['javascript:alert(1)'] }],
  ['without a redirect', { redirect_uris: [] }],
  [
    'with a secret that it would have to share',
    { token_endpoint_auth_method: 'client_secret_post' },
  ],
])('a document %s is not taken', (_what, change) => {
  expect(() => readClientDocument(url, { ...good, ...change })).toThrow()
})

async function serve(
  answer: (path: string) => { status?: number; headers?: Record<string, string>; body: string },
) {
  const server = createServer((req, res) => {
    const { status = 200, headers = {}, body } = answer(req.url ?? '/')
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { host: `127.0.0.1:${port}`, close: () => server.close() }
}

test('a document at a private address is fetched only where the operator trusts the host', async () => {
  const { host, close } = await serve(() => ({ body: '{"a":1}' }))
  expect(await createDocumentFetch([host])(`http://${host}/x`)).toEqual({ a: 1 })
  await expect(createDocumentFetch([])(`http://${host}/x`)).rejects.toThrow()
  close()
})

test.each<[string, { status?: number; headers?: Record<string, string>; body: string }]>([
  ['a redirect', { status: 302, headers: { location: '/elsewhere' }, body: '' }],
  ['a page', { headers: { 'content-type': 'text/html' }, body: '{}' }],
  ['more than 64 KiB', { body: JSON.stringify({ x: 'x'.repeat(70_000) }) }],
])('of %s no document is made', async (_what, answer) => {
  const { host, close } = await serve((path) => (path === '/x' ? answer : { body: '{}' }))
  await expect(createDocumentFetch([host])(`http://${host}/x`)).rejects.toThrow()
  close()
})
