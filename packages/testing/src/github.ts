import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type TestGithub = Awaited<ReturnType<typeof startGithub>>
export type TestInstallation = {
  id: number
  account: { id: number; login: string; type: 'User' | 'Organization' }
  repositories: { name: string; isPrivate: boolean }[]
  /** Logins of those who own the organization. */
  owners?: string[]
}
export type TestPull = {
  number: number
  title: string
  head: { ref: string; sha: string; repo: { full_name: string } | null }
}
type Posted = { method: string; path: string; body: Record<string, unknown> }

/**
 * An Enterprise Server in the shapes that GitHub publishes (docs.github.com/rest), with what the App
 * needs of it: signatures, tokens, and what a token is good for are checked. `onOther` answers what
 * is not the API's, such as git.
 */
export async function startGithub(
  onOther?: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  const installations: TestInstallation[] = []
  /** By code: whose they are. */
  const codes = new Map<string, { id: number; login: string }>()
  /** By token: the installation and its one repository, or the person. */
  const tokens = new Map<
    string,
    { installation?: TestInstallation; repository?: string; login?: string; id?: number }
  >()
  /** What was written, in its order. */
  const written: Posted[] = []
  const comments: { id: number; body: string; user: { type: string } }[] = []
  /** Pull requests that are open. */
  const pulls: TestPull[] = []
  /** Statuses to answer instead of a token, oldest first; with 403 it says that it is asked too often. */
  const faults: number[] = []
  let serial = 0

  const isSame = (a?: string, b?: string) => a?.toLowerCase() === b?.toLowerCase()

  const isJwt = (token: string) => {
    const [head = '', body = '', signature = ''] = token.split('.')
    const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))
    return verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
  }

  function answer(
    method: string,
    path: string,
    bearer: string,
    body: Record<string, unknown>,
  ): [number, unknown] {
    const made = /^\/api\/v3\/app-manifests\/([^/]+)\/conversions$/.exec(path)
    if (made && method === 'POST')
      return made[1] === 'good'
        ? [
            201,
            {
              id: 7,
              slug: 'moorage-test',
              name: 'Moorage test',
              html_url: `${url}/apps/moorage-test`,
              client_id: 'Iv1.abc',
              client_secret: 'client-secret',
              webhook_secret: 'webhook-secret',
              pem,
              owner: { login: 'acme' },
            },
          ]
        : [404, { message: 'Not Found' }]
    if (path === '/login/oauth/access_token') {
      const person = codes.get(String(body.code))
      if (body.client_secret !== 'client-secret' || !person)
        return [200, { error: 'bad_verification_code' }]
      codes.delete(String(body.code))
      return [200, { access_token: token({ ...person }), token_type: 'bearer', scope: '' }]
    }
    const minted = /^\/api\/v3\/app\/installations\/(\d+)\/access_tokens$/.exec(path)
    if (minted && method === 'POST') {
      const fault = faults.shift()
      if (fault) return [fault, { message: 'You have exceeded a secondary rate limit' }]
      if (!isJwt(bearer)) return [401, { message: 'A JSON web token could not be decoded' }]
      const installation = installations.find(({ id }) => id === Number(minted[1]))
      if (!installation) return [404, { message: 'Not Found' }]
      const [repository] = Array.isArray(body.repositories) ? body.repositories : []
      if (repository && !installation.repositories.some(({ name }) => name === repository))
        return [
          422,
          {
            message:
              'There is at least one repository that does not exist or is not accessible to the parent installation.',
          },
        ]
      const expires_at = new Date(Date.now() + 3_600_000).toISOString()
      return [
        201,
        {
          token: token({ installation, repository }),
          expires_at,
          permissions: body.permissions ?? {},
          repository_selection: 'selected',
        },
      ]
    }
    const holder = tokens.get(bearer)
    if (!holder) return [401, { message: 'Bad credentials' }]
    if (path === '/api/v3/user' && holder.login)
      return [200, { id: holder.id, login: holder.login }]
    if (path === '/api/v3/user/installations' && holder.login)
      return [
        200,
        {
          total_count: installations.length,
          installations: installations.map((it) => ({ ...it, app_id: 7, suspended_at: null })),
        },
      ]
    const member = /^\/api\/v3\/orgs\/([^/]+)\/memberships\/([^/]+)$/.exec(path)
    if (member && isSame(holder.installation?.account.login, member[1])) {
      const isOwner = holder.installation?.owners?.includes(member[2] ?? '')
      return [200, { state: 'active', role: isOwner ? 'admin' : 'member' }]
    }
    const { installation } = holder
    if (path === '/api/v3/installation/repositories' && installation)
      return [
        200,
        {
          total_count: installation.repositories.length,
          repositories: installation.repositories.map(({ name, isPrivate }) => ({
            full_name: `${installation.account.login}/${name}`,
            clone_url: `${url}/${installation.account.login}/${name}.git`,
            default_branch: 'main',
            private: isPrivate,
            archived: false,
            pushed_at: '2026-01-02T03:04:05Z',
          })),
        },
      ]
    const repo = /^\/api\/v3\/repos\/([^/]+)\/([^/]+)(\/.*)$/.exec(path)
    if (repo && isSame(installation?.account.login, repo[1]) && holder.repository === repo[2])
      return inRepository(method, repo[3] ?? '', body)
    return [404, { message: 'Not Found' }]
  }

  function inRepository(
    method: string,
    path: string,
    body: Record<string, unknown>,
  ): [number, unknown] {
    const list = /^\/issues\/\d+\/comments$/.test(path)
    if (method === 'GET' && path === '/pulls') return [200, pulls]
    if (method === 'GET') return list ? [200, comments] : [404, { message: 'Not Found' }]
    written.push({ method, path, body })
    if (list) comments.push({ id: ++serial, body: String(body.body), user: { type: 'Bot' } })
    const patched = comments.find(({ id }) => path === `/issues/comments/${id}`)
    if (patched?.user.type === 'User') return [403, { message: 'Resource not accessible' }]
    if (patched) patched.body = String(body.body)
    return [201, { id: ++serial }]
  }

  function token(holder: object): string {
    const made = `ghs_test_${++serial}`
    tokens.set(made, holder)
    return made
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (!pathname.startsWith('/api/v3/') && pathname !== '/login/oauth/access_token') {
      if (onOther) return onOther(request, response)
      return void response.writeHead(404).end()
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const bearer = request.headers.authorization?.replace(/^(bearer|token) /i, '') ?? ''
      const accept = request.headers.accept ?? ''
      const [status, body] = answer(
        request.method ?? 'GET',
        pathname,
        bearer,
        text ? JSON.parse(text) : {},
      )
      const headers = { 'content-type': 'application/json; charset=utf-8' }
      const isTooOften = status === 403
      response.writeHead(status, { ...headers, ...(isTooOften ? { 'retry-after': '60' } : {}) })
      // What is not of the API answers as a form, unless JSON is asked for.
      const isForm = pathname.startsWith('/login/') && accept !== 'application/json'
      response.end(isForm ? 'access_token=of-a-form' : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `http://${host}`
  /** What Moorage keeps of the App. */
  const app = {
    ...{ appId: 7, slug: 'moorage-test', name: 'Moorage test', page: `${url}/apps/moorage-test` },
    ...{ clientId: 'Iv1.abc', clientSecret: 'client-secret', privateKey: pem },
    webhookSecret: 'webhook-secret',
  }
  const isToken = (text: string) => tokens.has(text)
  /** The one that a token is for. */
  const repositoryOf = (text: string) => tokens.get(text)?.repository
  return {
    url,
    host,
    app,
    installations,
    codes,
    written,
    comments,
    faults,
    pulls,
    isToken,
    repositoryOf,
    close: () => server.close(),
  }
}
