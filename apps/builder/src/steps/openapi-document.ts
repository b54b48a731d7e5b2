import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settle } from '@moorage/build-plan/detect'
import type { Settings } from '@moorage/build-plan/settings'
import type { SourceTree } from '@moorage/build-plan/source-tree'
import { AppError, toAppError } from '@moorage/domain/error'
import { applicationDir } from '@moorage/runtime/application-dir'
import type { Env } from '../env.ts'
import { guardedFetch } from '../guarded-fetch.ts'

/** The name that planning looks for in the root directory. */
const fileName = 'openapi-document'
const maxBytes = 5 * 2 ** 20
const timeoutMs = 30_000

/** The document that the settings name by address, and whose root directory it belongs in. */
export function documentToFetch(
  tree: SourceTree,
  options: { rootDir: string; overrides: Settings },
): { url: string; rootDir: string } | null {
  try {
    const { rootDir, settings } = settle(tree, options)
    const url = settings.openapi?.document ?? ''
    return /^https:/i.test(url) ? { url, rootDir } : null
  } catch {
    return null // Planning says what is wrong with the settings.
  }
}

/**
 * Reads an OpenAPI document that is named by its https address into the root directory. Under the
 * rules of repositories: no private address, but for hosts that the operator trusts, at any redirect.
 */
export async function fetchOpenapiDocument(
  env: Pick<Env, 'MOORAGE_TRUSTED_REPO_HOSTS' | 'MOORAGE_BUILD_CA_FILE'>,
  input: {
    url: string
    sourceDir: string
    rootDir: string
    onLog: (line: string) => void
    signal: AbortSignal
  },
): Promise<void> {
  const { host } = new URL(input.url)
  input.onLog(`Reading the OpenAPI document from ${host}`)
  const guarded = guardedFetch({
    trustedHosts: env.MOORAGE_TRUSTED_REPO_HOSTS,
    caFile: env.MOORAGE_BUILD_CA_FILE,
    timeoutMs,
  })
  try {
    const signal = AbortSignal.any([input.signal, AbortSignal.timeout(timeoutMs)])
    const response = await guarded.fetch(input.url, { signal })
    if (!response.ok) throw unreadable(host, `it answers with status ${response.status}`)
    const bytes = await readBody(response, host)
    const dir = await applicationDir(input.sourceDir, input.rootDir)
    await writeFile(join(dir, fileName), bytes)
  } catch (error) {
    input.signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw unreadable(host, reasonOf(error), error)
  } finally {
    await guarded.close()
  }
}

async function readBody(response: Response, host: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw unreadable(host, 'it is over 5 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function unreadable(host: string, why: string, cause?: unknown): AppError {
  return new AppError('fetch_failed', `The OpenAPI document at ${host} cannot be read: ${why}.`, {
    hint: 'It must be at a public https address that needs no sign-in; or upload it.',
    cause,
  })
}

/** fetch wraps what went wrong in a TypeError that says nothing. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it takes too long'
  return toAppError(error instanceof Error ? (error.cause ?? error) : error).message
}
