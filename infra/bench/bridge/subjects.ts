import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@moorage/embedded/free-port'
import { bridgeFiles } from '@moorage/mcp/bridge-files'

export const names = ['moorage', 'supergateway', 'mcp-proxy'] as const
export type Name = (typeof names)[number]
/** A bridge that runs in front of a server. */
export type Running = { url: string; sseUrl: string; pid: number; stop(): Promise<void> }

export const everything = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
)

/** Starts the bridge of that name in front of a Node program, with sessions, on a free port. */
export async function start(name: Name, server: readonly string[]): Promise<Running> {
  const port = await freePort(0)
  const dir = await mkdtemp(join(tmpdir(), 'moorage-bench-bridge-'))
  // As it runs in a container: plain JavaScript beside nothing else.
  for (const { path, content } of bridgeFiles()) await writeFile(join(dir, path), content)
  const args = argumentsOf(name, String(port), [process.execPath, ...server], dir)
  const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true })
  const origin = `http://127.0.0.1:${port}`
  while (!(await fetch(`${origin}/none`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}.`)
    await sleep(50)
  }
  return {
    url: `${origin}/mcp`,
    sseUrl: `${origin}/sse`,
    pid: child.pid ?? 0,
    stop: () => stop(child).then(() => rm(dir, { recursive: true })),
  }
}

function argumentsOf(name: Name, port: string, command: string[], dir: string): string[] {
  switch (name) {
    case 'moorage':
      return [join(dir, 'main.js'), '--port', port, '--', ...command]
    case 'supergateway': {
      const how = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none']
      const main = fileURLToPath(import.meta.resolve('supergateway/dist/index.js'))
      return [main, '--stdio', command.join(' '), ...how, '--port', port]
    }
    case 'mcp-proxy': {
      const main = fileURLToPath(import.meta.resolve('mcp-proxy/dist/bin/mcp-proxy.mjs'))
      return [main, '--host', '127.0.0.1', '--port', port, '--', ...command]
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill()
  await Promise.race([ended, sleep(5000)])
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  } catch {
    // All of them are gone.
  }
}
