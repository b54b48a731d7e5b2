import { readDirectory } from '@moorage/build-plan/read-directory'
import type { Settings } from '@moorage/build-plan/settings'
import type { SourceTree } from '@moorage/build-plan/source-tree'
import type { Run } from '../deploy.ts'
import { gitSource } from '../git-source.ts'
import { moduleLogin } from '../module-login.ts'
import { fetchSource } from './fetch.ts'
import { documentToFetch, fetchOpenapiDocument } from './openapi-document.ts'
import { writeSettingsSource } from './settings-source.ts'

/** What the row shall know of the source; nothing where the settings are all there is. */
export async function fetchInto({ builder, claim, signal, log }: Run, dir: string) {
  const { deployment, server } = claim
  const { env } = builder
  if (server.source === 'settings') {
    await writeSettingsSource(dir, server)
    return {}
  }
  const { commitSha, commitMessage } = await fetchSource({
    source: await gitSource(builder, server, deployment.trigger),
    moduleLogin: moduleLogin(builder, claim),
    ref: deployment.ref ?? server.branch,
    commitSha: deployment.commitSha,
    dir,
    caFile: env.MOORAGE_BUILD_CA_FILE,
    submoduleHosts: env.MOORAGE_SUBMODULE_HOSTS,
    trustedHosts: env.MOORAGE_TRUSTED_REPO_HOSTS,
    maxBytes: env.MOORAGE_MAX_SOURCE_MB * 1e6,
    onLog: (line) => log.write('build', line),
    signal,
  })
  return { commitSha, commitMessage }
}

/** The tree to plan from, with the OpenAPI document that its settings name by address. */
export async function readSource(
  run: Run,
  sourceDir: string,
  options: { rootDir: string; overrides: Settings },
): Promise<SourceTree> {
  const tree = await readDirectory(sourceDir)
  const document = documentToFetch(tree, options)
  if (!document) return tree
  const onLog = (line: string) => run.log.write('build', line)
  const { signal } = run
  await fetchOpenapiDocument(run.builder.env, { ...document, sourceDir, onLog, signal })
  return readDirectory(sourceDir)
}
