import { guardedFetch } from '@moorage/access/guarded-fetch'
import { AppError } from '@moorage/domain/error'
import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import { z } from 'zod'

export type GithubSettings = {
  /** https://github.com, or of an Enterprise Server. */
  url: string
  /** A PEM file with further CAs. */
  caFile?: string | undefined
}

/** What signs for the platform's App, or for nobody before there is one. */
export type AppKey = { appId: number; privateKey: string }

type Ask<Answer> = {
  /** Of the API, with all that is in it filled in; or a whole address. */
  path: string
  method?: 'GET' | 'POST' | 'PATCH'
  token?: string | undefined
  body?: Record<string, unknown>
  schema: z.ZodType<Answer>
}

export type GithubClient = ReturnType<typeof createGithubClient>

const timeoutMs = 10_000
const maxPages = 10

/** All that calls GitHub goes through here. Throws AppErrors that hold neither token nor secret. */
export function createGithubClient({ url, caFile }: GithubSettings) {
  const base = new URL(url)
  const apiUrl = apiUrlOf(base)
  // The operator names this host, no tenant: it may be in a private network.
  const trustedHosts = [base.host, new URL(apiUrl).host]
  const { fetch } = guardedFetch({ trustedHosts, caFile, timeoutMs })
  const github = request.defaults({
    baseUrl: apiUrl,
    headers: { 'user-agent': 'Moorage', 'x-github-api-version': '2022-11-28' },
    request: {
      fetch: (to: string, init: RequestInit) =>
        fetch(to, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
    },
  })

  async function ask<Answer>({ path, method = 'GET', token, body, schema }: Ask<Answer>) {
    const headers = {
      // What is not of the API would answer as a form.
      ...(URL.canParse(path) ? { accept: 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    }
    const { data } = await github({ method, url: path, headers, ...body }).catch(said)
    const parsed = schema.safeParse(data)
    if (parsed.success) return parsed.data
    throw new AppError(
      'unavailable',
      `GitHub answered otherwise than expected to ${method} ${path.split('?', 1)[0]}.`,
      { message: parsed.error.message },
    )
  }

  /** All items of a list, in pages of 100; of more than 1000 the first. */
  async function askAll<Page, Item>(
    { path, ...of }: Ask<Page>,
    itemsOf: (page: Page) => Item[],
  ): Promise<Item[]> {
    const all: Item[] = []
    for (let page = 1; page <= maxPages; page++) {
      const items = itemsOf(await ask({ ...of, path: `${path}?per_page=100&page=${page}` }))
      all.push(...items)
      if (items.length < 100) break
    }
    return all
  }

  return {
    url: base.origin,
    ask,
    askAll,
    /** Good for an hour, for no more than `limits`. */
    async installationToken(
      { appId, privateKey }: AppKey,
      installationId: number,
      limits: { repository?: string; permissions?: Record<string, string> } = {},
    ): Promise<string> {
      const { repository, permissions } = limits
      const auth = createAppAuth({ appId, privateKey, request: github })
      const { token } = await auth({
        ...{ type: 'installation', installationId },
        ...(repository ? { repositoryNames: [repository] } : {}),
        ...(permissions ? { permissions } : {}),
      }).catch(said)
      return token
    },
  }
}

/** docs.github.com: api.github.com, api.NAME.ghe.com, and HOST/api/v3 of an Enterprise Server. */
function apiUrlOf({ host, origin }: URL): string {
  if (host === 'github.com' || host.endsWith('.ghe.com')) return `https://api.${host}`
  return `${origin}/api/v3`
}

/** Octokit's error holds the request, and that holds secrets: only its status and words go on. */
function said(error: unknown): never {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : null
  const words = error instanceof Error ? error.message.slice(0, 300) : 'no answer'
  if (status === 404)
    throw new AppError('not_found', 'GitHub does not know that, or does not show it to the App.', {
      message: words,
    })
  if (status === 401 || (status === 403 && !isTooOften(error)) || status === 422)
    throw new AppError('forbidden', `GitHub refused: ${words}`, {
      hint: 'Look at what the App may do, and at which repositories, in its settings at GitHub.',
    })
  throw new AppError('unavailable', 'GitHub could not be reached, or did not answer well.', {
    message: words,
  })
}

/** docs.github.com, Rate limits: some come as 403, and go through later. */
function isTooOften(error: unknown): boolean {
  const headers = headersSchema.safeParse(error).data?.response.headers ?? {}
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'
}

const headersSchema = z.object({
  response: z.object({ headers: z.record(z.string(), z.unknown()) }),
})
