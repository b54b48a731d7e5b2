import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { tether } from '@moorage/embedded/tether'
import type { Service } from './service.ts'
import { canInstall, ensureProgram, MissingProgram } from './system-package.ts'

const defaultSocket = '/var/run/docker.sock'

/** The engine that answers already, which is left running; else one of our own for this run. */
export async function startDocker(log: (line: string) => void): Promise<Service> {
  const env = { TEST_DOCKER: '1' }
  if (await answers()) return { env }
  if (!canInstall()) {
    throw new MissingProgram('No container engine answers. Start Docker Engine or install it.')
  }
  const file = await ensureProgram('dockerd', ['docker.io', 'iptables'], log)
  const said: string[] = []
  const engine = await tether({
    file,
    args: ['--host', `unix://${defaultSocket}`],
    env: process.env,
    graceMs: 30_000,
    onLine: (line) => said.push(line),
  })
  let ended = false
  void engine.ended.then(() => {
    ended = true
  })
  for (let waitedMs = 0; waitedMs < 60_000 && !ended; waitedMs += 200) {
    if (await answers()) return { env, stop: engine.stop }
    await sleep(200)
  }
  await engine.stop()
  throw new Error(`dockerd does not answer:\n${said.slice(-15).join('\n')}`)
}

export function answers(socketPath = defaultSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 5_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('error', () => resolve(false))
    ping.on('timeout', () => ping.destroy(new Error('timed out')))
    ping.end()
  })
}
