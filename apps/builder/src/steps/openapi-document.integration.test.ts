import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Forge, startForge } from '../forge-fixture.ts'
import { fetchOpenapiDocument } from './openapi-document.ts'

const document = '{"openapi":"3.1.0"}'
const sourceDir = mkdtempSync(join(tmpdir(), 'moorage-openapi-'))
let forge: Forge
let inner: Forge

beforeAll(async () => {
  inner = await startForge({ '/secret': (_, response) => response.end('inner') })
  forge = await startForge({
    '/openapi.json': (_, response) => response.end(document),
    '/moved': (_, response) => response.writeHead(302, { location: '/openapi.json' }).end(),
    '/inside': (_, response) =>
      response.writeHead(302, { location: `https://${inner.host}/secret` }).end(),
    '/large': (_, response) => response.end(Buffer.alloc(6 * 2 ** 20)),
    '/private': (_, response) => response.writeHead(403).end(),
  })
})
afterAll(() => {
  forge.close()
  inner.close()
  rmSync(sourceDir, { recursive: true })
})

const read = (path: string, trusted = [forge.host]) =>
  fetchOpenapiDocument(
    { MOORAGE_TRUSTED_REPO_HOSTS: trusted, MOORAGE_BUILD_CA_FILE: forge.caFile },
    {
      url: `https://${forge.host}${path}`,
      sourceDir,
      rootDir: '.',
      onLog: () => {},
      signal: new AbortController().signal,
    },
  )

test.each(['/openapi.json', '/moved'])(
  'reads the document at %s into the root directory',
  async (path) => {
    await read(path)
    expect(readFileSync(join(sourceDir, 'openapi-document'), 'utf8')).toBe(document)
  },
)

test.each([
  ['a private address', '/openapi.json', [], 'private network'],
  ['a private address behind a redirect', '/inside', undefined, 'private network'],
  ['what is too large', '/large', undefined, 'over 5 MB'],
  ['what needs a sign-in', '/private', undefined, 'status 403'],
])('refuses %s', async (_, path, trusted, why) => {
  await expect(read(path, trusted)).rejects.toMatchObject({
    code: 'fetch_failed',
    userMessage: expect.stringContaining(why),
  })
})
