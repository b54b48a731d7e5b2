import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createApiKey } from '@moorage/access/api-key'
import type { Events } from '@moorage/bus/events'
import type { Db, Team } from '@moorage/db/client'
import type { Urls } from './app-env.ts'
import type { Log } from './log.ts'
import { root } from './options.ts'

const slug = 'hello'

/**
 * Puts up the bundled example the way a user would: by pushing it. One that fails is said and does
 * not keep the platform from being ready; null then.
 */
export async function deployExample(
  context: { urls: Urls; log: Log; signal: AbortSignal },
  owner: { deps: { db: Db; events: Events }; team: Team; key: string },
): Promise<{ slug: string; key: string } | null> {
  const { log, signal, urls } = context
  try {
    await log.step(`example "${slug}" deployed`, async () => {
      const said = await push(`${urls.gitUrl}/${slug}.git`, owner.key, signal)
      const last = await owner.deps.db.deployment.findFirst({
        where: { server: { slug, teamId: owner.team.id } },
        orderBy: { createdAt: 'desc' },
      })
      if (last?.status !== 'live') throw new Error(said)
    })
  } catch (error) {
    signal.throwIfAborted()
    log.say(`\n${error instanceof Error ? error.message.trimEnd() : error}\n`)
    return null
  }
  const server = await owner.deps.db.server.findUniqueOrThrow({ where: { slug } })
  const { key } = await createApiKey(owner.deps, {
    teamId: owner.team.id,
    serverId: server.id,
    name: 'example, made by npm start',
    scopes: ['call'],
    expiresAt: null,
    createdById: null,
  })
  return { slug, key }
}

/** What the git remote said: the build log. */
async function push(remote: string, key: string, signal: AbortSignal): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-example-'))
  try {
    const source = join(root, 'infra/examples', slug)
    cpSync(source, dir, { recursive: true, filter: (path) => !path.includes('node_modules') })
    const env = gitEnv(remote, key)
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: dir, env, signal })
    await git('init', '--quiet', '--initial-branch=main')
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'A server to look around with')
    const { stderr } = await git('push', '--quiet', '--', remote, 'main')
    return stderr
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The user's own git settings stay out of it (signing, hooks, credential helpers), and so does a prompt. */
function gitEnv(remote: string, key: string): NodeJS.ProcessEnv {
  const author = { NAME: 'Moorage', EMAIL: 'moorage@localhost' }
  const authorization = Buffer.from(`moorage:${key}`).toString('base64')
  return {
    PATH: process.env.PATH,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: author.NAME,
    GIT_AUTHOR_EMAIL: author.EMAIL,
    GIT_COMMITTER_NAME: author.NAME,
    GIT_COMMITTER_EMAIL: author.EMAIL,
    // In the environment: arguments are for everyone on the machine to read.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(remote).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${authorization}`,
  }
}
