import type { App } from './app.ts'
import { runGit } from './run-git.ts'

/** The names of the last few uploads: the next one then sends only what changed since. */
const kept = 5

/** Older uploads lose their name, so that git does not list them all on every push; no object goes. */
export async function pruneUploads(app: App, repository: string): Promise<void> {
  const inRepository = ['--git-dir', repository]
  const sorted = ['for-each-ref', '--sort=-committerdate', '--format=%(refname)']
  const names = await runGit(app.git, [...inRepository, ...sorted, 'refs/moorage/upload'])
  for (const name of names.split('\n').slice(kept))
    if (name) await runGit(app.git, [...inRepository, 'update-ref', '-d', name])
}
