import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { createDb } from '@moorage/db/client'

const ownEnv = {
  MOORAGE_ROUTER_PORT: '0',
  MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
}

export type RunningMain = { child: ChildProcess; port: number; lines: string[] }

/** The app as it is started by the supervisor; rejects with what it wrote where it ends at once. */
export async function startMain(settings: Record<string, string>): Promise<RunningMain> {
  const child = fork(new URL('main.ts', import.meta.url), {
    env: { ...ownEnv, ...settings },
    silent: true,
  })
  const lines: string[] = []
  let rest = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`it ended with ${code}: ${lines.join('\n')}${rest}`)),
    )
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop() ?? ''
        lines.push(...parts)
        const line = parts.find((one) => one.includes('Router is listening'))
        if (line) resolve(Number(JSON.parse(line).port))
      })
  })
  return { child, port, lines }
}

/** A public server named `open`, with an instance at this port. */
export async function seed(db: ReturnType<typeof createDb>, port: number): Promise<void> {
  await db.team.create({ data: { id: 'team_1', slug: 'team', name: 'Team' } })
  await db.server.create({
    data: {
      ...{ id: 'srv_1', teamId: 'team_1', slug: 'open', name: 'Open', access: 'public' },
      // One address calls it here, as often as it can.
      routing: { callsPerMinutePerCaller: 1_000_000 },
    },
  })
  await db.deployment.create({
    data: { id: 'dep_1', serverId: 'srv_1', status: 'live', trigger: 'push' },
  })
  await db.instance.create({
    data: {
      ...{ id: 'ins_1', deploymentId: 'dep_1', serverId: 'srv_1', runtime: 'process' },
      ...{ host: '127.0.0.1', port, state: 'ready' },
    },
  })
  await db.route.create({ data: { serverId: 'srv_1', deploymentId: 'dep_1', version: 1n } })
}
