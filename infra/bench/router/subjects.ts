import { randomBytes } from 'node:crypto'
import { startPlatform } from '@moorage/router/testing-platform'
import { type Child, hopCore, startScript } from './child.ts'
import { startCaddy, startNginxProxy, startUpstream } from './programs.ts'

export type Subject = Child & { name: string; path: string; key: string }
type Subjects = {
  direct: Subject
  router: Subject
  undici: Subject
  others: Subject[]
  stop(): Promise<void>
}

const encryptionKey = randomBytes(32).toString('base64')

export function startRouterProcess(databaseUrl: string, env: Record<string, string> = {}) {
  const own = { DATABASE_URL: databaseUrl, ENCRYPTION_KEY: encryptionKey }
  return startScript('hop-router.ts', hopCore, { ...own, ...env })
}

/** The router and what it is compared with, all in front of the same upstream. */
export async function startSubjects(dir: string): Promise<Subjects> {
  const upstream = await startUpstream(dir)
  const platform = await startPlatform()
  const teamId = await platform.addTeam()
  // A limit that is never reached has to be looked at all the same.
  const limits = { callsPerMinute: 1_000_000_000 }
  const server = await platform.addServer(teamId, { routing: limits })
  await platform.deploy(server, upstream.port)
  const { key } = await platform.addKey(teamId, { limits })
  const routed = await startRouterProcess(platform.databaseUrl)
  const env = { UPSTREAM_PORT: String(upstream.port) }
  const bare = (name: string, child: Child): Subject => ({ ...child, name, path: '/mcp', key })
  const undici = bare('undici', await startScript('hop-undici.ts', hopCore, env))
  const auth = await startScript('hop-auth.ts', hopCore, { KEY: key })
  const others = [
    bare('http-proxy-3', await startScript('hop-http-proxy.ts', hopCore, env)),
    bare('nginx', await startNginxProxy(dir, upstream.port, null)),
    // Its upstream says yes to all, from C; a service that knows keys is what there would be.
    bare('nginx with auth_request', await startNginxProxy(dir, upstream.port, upstream.port)),
    bare('nginx with auth_request of keys', await startNginxProxy(dir, upstream.port, auth.port)),
    bare('caddy', await startCaddy(dir, upstream.port)),
  ]
  return {
    direct: bare('direct', upstream),
    router: { ...routed, name: 'router', path: `/${server.slug}/mcp`, key },
    undici,
    others,
    stop: async () => {
      for (const child of [routed, undici, ...others, auth, upstream]) await child.stop()
      await platform.close()
    },
  }
}
