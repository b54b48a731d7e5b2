import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApiKey, principalByKey } from '@moorage/access/api-key'
import { answerHttp } from '@moorage/api/answer-http'
import { appRouter } from '@moorage/api/app-router'
import { receiveBackup, sendBackup } from '@moorage/api/backup-transfer'
import { createGithubClient } from '@moorage/deployments/github/github-client'
import { startPipeline } from '@moorage/deployments/testing/pipeline'
import { startDeps } from '@moorage/deployments/testing/start-deps'
import { newId } from '@moorage/domain/id'
import type { Scope } from '@moorage/domain/permission'
import { freePort } from '@moorage/embedded/free-port'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'

/** Where git is, on Linux and macOS. */
export const searchPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'

/** As the dashboard's routes are named. */
const backupsPath = /^\/api\/volumes\/(?<slug>[^/]+)\/backups(\/(?<id>[^/]+))?$/

/**
 * The real API and the real git app over a database of their own. Without `deploys`, what is pushed
 * stays queued for a builder.
 */
export async function startPlatform({
  deploys = true,
  github = { url: 'http://127.0.0.1:9', host: '127.0.0.1:9' },
} = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-cli-'))
  const gitPort = await freePort(0)
  const deps = {
    ...(await startDeps()),
    repoUrlPolicy: { trustedHosts: [github.host] },
    github: createGithubClient({ url: github.url }),
    mail: null,
    openSignUp: false,
  }
  const pipeline = deploys ? startPipeline(deps) : null
  const team = await deps.db.team.create({
    data: { id: newId('team'), slug: 'acme', name: 'Acme' },
  })
  const urls = {
    routerUrl: 'http://router.test',
    gitUrl: `http://127.0.0.1:${gitPort}`,
    dashboardUrl: 'http://dashboard.test',
  }
  const createContext = async ({ req }: { req: IncomingMessage }) => {
    const key = req.headers.authorization?.replace(/^Bearer /, '') ?? ''
    const principalNow = () => principalByKey(deps, key)
    return {
      ...{ principal: await principalNow(), principalNow, deps, urls, version: 'test' },
      reportError: (error: Error) => console.error(error),
    }
  }
  const trpc = createHTTPHandler({ router: appRouter, basePath: '/api/trpc/', createContext })
  const store = { dataDir: dir, maxBytes: 2 ** 20 }
  const api = createServer(async (request, response) => {
    const backups = backupsPath.exec(request.url ?? '')?.groups
    if (!backups) return trpc(request, response)
    const context = await createContext({ req: request })
    const { slug = '', id } = backups
    const answer = await answerHttp('backup', () =>
      id === undefined
        ? receiveBackup(context, store, { slug }, Readable.toWeb(request) as ReadableStream)
        : sendBackup(context, store, { slug, id }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    for await (const chunk of answer.body ?? []) response.write(chunk)
    response.end()
  })
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  const address = api.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const common = {
    DATABASE_URL: deps.databaseUrl,
    MOORAGE_DATA_DIR: dir,
    MOORAGE_ENCRYPTION_KEY: deps.encryptionKey.toString('base64'),
    PATH: searchPath,
  }
  const git = startApp('git', {
    ...common,
    MOORAGE_GIT_PORT: String(gitPort),
    MOORAGE_ROUTER_URL: urls.routerUrl,
    MOORAGE_DASHBOARD_URL: url,
    MOORAGE_GIT_URL: urls.gitUrl,
  })
  await untilHealthy(urls.gitUrl)
  return {
    deps,
    teamId: team.id,
    url,
    gitUrl: urls.gitUrl,
    dataDir: dir,
    git,
    async key(scopes: Scope[]) {
      const input = { teamId: team.id, serverId: null, name: 'test', scopes, expiresAt: null }
      return (await createApiKey(deps, { ...input, createdById: null })).key
    },
    /** The real pipeline, with plain processes as servers, which end with it. */
    async startBuilder(): Promise<ChildProcess> {
      const builder = startApp('builder', {
        ...common,
        PATH: `${dirname(process.execPath)}:${searchPath}`,
        MOORAGE_PLATFORM_ID: 'cli',
        MOORAGE_RUNTIME: 'process',
        MOORAGE_STOP_INSTANCES: '1',
      })
      await once(builder, 'message')
      return builder
    },
    async stop() {
      await pipeline?.close()
      const ended = git.exitCode === null ? once(git, 'exit') : Promise.resolve()
      git.kill('SIGTERM')
      api.close()
      await ended
      await deps.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>

function startApp(app: 'git' | 'builder', env: Record<string, string>): ChildProcess {
  const main = join(import.meta.dirname, '../../..', app, 'src/main.ts')
  return spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

async function untilHealthy(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`${url}/healthz`).catch(() => null)
    if (answer?.ok) return
    await sleep(50)
  }
  throw new Error('The git app does not start')
}
