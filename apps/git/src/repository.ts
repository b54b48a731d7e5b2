import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@moorage/domain/error'
import type { App } from './app.ts'
import { runGit } from './run-git.ts'

/** The bare repository of a server, made on first use. HEAD names the branch that is deployed. */
export async function openRepository(
  app: App,
  server: { id: string; branch: string },
): Promise<string> {
  const path = repositoryPath(app, server.id)
  if (!existsSync(join(path, 'HEAD'))) await makeRepository(app, path, server.branch)
  return path
}

/** Stands for servers that do not exist yet: what git is shown before it sends the first push. */
export function emptyRepository(app: App): Promise<string> {
  return openRepository(app, { id: 'empty', branch: 'main' })
}

export async function removeRepository(app: App, serverId: string): Promise<void> {
  await rm(repositoryPath(app, serverId), { recursive: true, force: true })
}

/** Repositories of servers that were deleted go too, whenever that was. */
export async function sweepRepositories(app: App): Promise<void> {
  const names = await readdir(app.repositoriesDir)
  const ids = names.flatMap((name) => /^(srv_[a-z0-9]+)\.git$/.exec(name)?.[1] ?? [])
  const known = await app.deps.db.server.findMany({
    where: { id: { in: ids } },
    select: { id: true },
  })
  const kept = new Set(known.map((row) => row.id))
  for (const id of ids) if (!kept.has(id)) await removeRepository(app, id)
}

function repositoryPath(app: App, serverId: string): string {
  if (!/^[a-z0-9_]+$/.test(serverId)) throw new AppError('internal', 'Not a server id.')
  return join(app.repositoriesDir, `${serverId}.git`)
}

/** Made beside its place and renamed: two first pushes at once see a whole one or none. */
async function makeRepository(app: App, path: string, branch: string): Promise<void> {
  await mkdir(app.repositoriesDir, { recursive: true, mode: 0o700 })
  const draft = join(app.repositoriesDir, `.new-${randomUUID()}`)
  try {
    const options = ['--bare', '--quiet', '--template=', `--initial-branch=${branch}`]
    await runGit(app.git, ['init', ...options, '--', draft])
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(join(path, 'HEAD'))) throw error
  }
}
