import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { findServer } from '../find-server.ts'
import { git, tryGit } from '../run-git.ts'
import type { Session } from '../session.ts'

/** Sets the git remote `moorage`. The key is not in it: git asks for it, and may remember it. */
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
  if (terminal.json) return terminal.printJson({ slug, remote, exists: server !== null })
  terminal.print(`Linked to ${slug}: ${remote}`)
  terminal.note(
    `${server ? 'To deploy' : 'To make and deploy it'}: git push moorage HEAD:${branch}`,
  )
  terminal.note('git asks for a password: an API key (moorage keys create --scope deploy)')
}
