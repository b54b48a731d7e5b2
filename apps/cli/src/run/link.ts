import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { findServer } from '../find-server.ts'
import { git, tryGit } from '../run-git.ts'
import type { Session } from '../session.ts'

/** Sets the git remote `moorage`, and us as the one whom git asks for its key, which is in no file of the repository. */
export async function link(session: Session, named: string | undefined): Promise<void> {
  const { env, cwd, terminal, api } = session
  const inside = await tryGit(env, cwd, ['rev-parse', '--is-inside-work-tree'])
  if (inside.code !== 0)
    throw new CliError('This directory is no git repository.', {
      hint: 'git init, or deploy without one: moorage deploy',
    })
  const slug = await chooseSlug(session, named)
  const server = await findServer(session, slug)
  const { gitUrl } = (await api.me.get.query()).platform
  const remote = server?.gitRemote ?? `${gitUrl.replace(/\/+$/, '')}/${slug}.git`
  const branch = server?.branch ?? 'main'
  const there = await tryGit(env, cwd, ['remote', 'get-url', 'moorage'])
  await git(env, cwd, ['remote', there.code === 0 ? 'set-url' : 'add', 'moorage', remote])
  await setHelper(session, new URL(remote).origin)
  if (terminal.json) return terminal.printJson({ slug, remote, exists: server !== null })
  terminal.print(`Linked to ${slug}: ${remote}`)
  terminal.note(
    `${server ? 'To deploy' : 'To make and deploy it'}: git push moorage HEAD:${branch}`,
  )
}

/** For this repository and this host alone. The empty one keeps other helpers from storing the key. */
async function setHelper({ env, cwd, platform }: Session, origin: string): Promise<void> {
  const name = `credential.${origin}.helper`
  const command = [process.execPath, process.argv[1] ?? '', '--url', platform.url, 'git-credential']
  // git hands it to sh.
  const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ')
  await git(env, cwd, ['config', '--replace-all', name, ''])
  await git(env, cwd, ['config', '--add', name, `!${quoted}`])
}
