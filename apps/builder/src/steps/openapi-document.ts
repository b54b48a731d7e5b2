import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settle } from '@moorage/build-plan/detect'
import type { Settings } from '@moorage/build-plan/settings'
import type { SourceTree } from '@moorage/build-plan/source-tree'
import { readDocument } from '@moorage/deployments/read-document'
import { applicationDir } from '@moorage/runtime/application-dir'
import type { Env } from '../env.ts'

/** The name that planning looks for in the root directory. */
const fileName = 'openapi-document'

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

/** Reads an OpenAPI document that is named by its https address into the root directory. */
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
  input.onLog(`Reading the OpenAPI document from ${new URL(input.url).host}`)
  const policy = { trustedHosts: env.MOORAGE_TRUSTED_REPO_HOSTS, caFile: env.MOORAGE_BUILD_CA_FILE }
  const bytes = await readDocument(policy, input.url, input.signal)
  const dir = await applicationDir(input.sourceDir, input.rootDir)
  await writeFile(join(dir, fileName), bytes)
}
