import { execFile } from 'node:child_process'
import { mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Tethered, tether } from '@moorage/embedded/tether'
import { answers } from './docker.ts'
import { relay } from './relay.ts'
import { ensureProgram } from './system-package.ts'

const run = promisify(execFile)
const log = () => {}

export type OwnEngine = Awaited<ReturnType<typeof startOwnEngine>>

/**
 * A container engine for one test, which may end it and start it again: with its own data, in a network
 * of its own, so that it shares neither addresses nor firewall with the one that others use. For root.
 */
export async function startOwnEngine(images: string[]) {
  const dockerd = await ensureProgram('dockerd', ['docker.io', 'iptables'], log)
  await ensureProgram('ip', ['iproute2'], log)
  const dir = await mkdtemp(join(tmpdir(), 'moorage-engine-'))
  const socketPath = join(dir, 'docker.sock')
  const started = (file: string, args: string[]) =>
    tether({ file, args, env: process.env, graceMs: 60_000 })
  const network = await started('unshare', ['--net', 'sleep', 'infinity'])
  // Until it has left this one.
  await untilOwn(network.pid)
  const within = ['nsenter', `--net=/proc/${network.pid}/ns/net`]
  const [file = '', ...prefix] = within
  await run(file, [...prefix, 'ip', 'link', 'set', 'lo', 'up'])
  const [relays, servers] = [[] as Tethered[], [] as Awaited<ReturnType<typeof relay>>[]]
  let engine = await start()
  for (const image of images) await copy(image)

  /** One that was killed leaves a containerd that is just ending, on which the next one may give up. */
  async function start(): Promise<Tethered> {
    const paths = [
      ...['--host', `unix://${socketPath}`, '--pidfile', join(dir, 'pid')],
      ...['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec')],
    ]
    for (let tries = 0; tries < 5; tries++) {
      const begun = await started(file, [...prefix, dockerd, ...paths])
      let hasEnded = false
      void begun.ended.then(() => {
        hasEnded = true
      })
      while (!hasEnded) {
        if (await answers(socketPath)) return begun
        await sleep(200)
      }
    }
    throw new Error('The engine does not start.')
  }

  /** From the engine that others use. */
  async function copy(image: string): Promise<void> {
    const archive = join(dir, 'image.tar')
    await run('docker', ['save', '--output', archive, image])
    await run('docker', ['--host', `unix://${socketPath}`, 'load', '--input', archive])
    await rm(archive)
  }

  return {
    socketPath,
    /** What begins a command that is to run in its network. */
    within,
    /** Makes a port of this machine one of its network's too. */
    async lend(port: number): Promise<void> {
      const path = join(dir, `${port}.sock`)
      servers.push(await relay(path, port))
      const inner = [process.execPath, join(import.meta.dirname, 'relay.ts'), path, String(port)]
      relays.push(await started(file, [...prefix, ...inner]))
    },
    async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      process.kill(engine.pid, signal)
      await engine.ended
      engine = await start()
    },
    async stop(): Promise<void> {
      await engine.stop()
      for (const one of [...relays, network]) await one.stop()
      for (const server of servers) server.close()
      // One that was killed has left its data mounted onto itself.
      await run('umount', ['--quiet', '--recursive', join(dir, 'data')]).catch(() => {})
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function untilOwn(pid: number): Promise<void> {
  const own = await readlink('/proc/self/ns/net')
  for (let tries = 0; tries < 100; tries++) {
    if ((await readlink(`/proc/${pid}/ns/net`)) !== own) return
    await sleep(20)
  }
  throw new Error('There is no network of its own.')
}
