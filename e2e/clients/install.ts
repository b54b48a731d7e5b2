import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from '../platform.ts'

// Clients that only these tests need: installed on first use, outside of the workspace.
const cache = join(homedir(), '.cache', 'moorage')
const fastmcp = '4.1.2'
const inspector = '2.12.0'
const mcpRemote = '0.15.1'

/** A Python that has the fastmcp client. */
export async function fastmcpPython(): Promise<string> {
  const dir = join(cache, `fastmcp-${fastmcp}`)
  const python = join(dir, 'bin', 'python')
  await once(dir, [
    ['python3', ['-m', 'venv', '--clear', dir]],
    [python, ['-m', 'pip', 'install', '--quiet', `fastmcp==${fastmcp}`]],
  ])
  return python
}

/** The Inspector's program, for Node. */
export async function inspectorMain(): Promise<string> {
  const name = '@modelcontextprotocol/inspector'
  return npmMain(`inspector-${inspector}`, name, inspector, 'clients/launcher/build/index.js')
}

/** mcp-remote's program, for Node: OAuth for clients that speak over stdio alone. */
export async function mcpRemoteMain(): Promise<string> {
  return npmMain(`mcp-remote-${mcpRemote}`, 'mcp-remote', mcpRemote, 'dist/proxy.js')
}

/** A program of the Python fastmcp client that signs in by OAuth. */
export const callByOauth = join(import.meta.dirname, 'call-by-oauth.py')

/** A program of the same client that looks at what a server lets it see and use. */
export const useByPython = join(import.meta.dirname, 'use.py')

async function npmMain(into: string, name: string, version: string, main: string) {
  const dir = join(cache, into)
  const install = ['install', '--no-audit', '--no-fund', '--prefix', dir, `${name}@${version}`]
  await once(dir, [['npm', install]])
  return join(dir, 'node_modules', name, main)
}

async function once(dir: string, steps: [string, string[]][]): Promise<void> {
  if (existsSync(join(dir, 'done'))) return
  mkdirSync(dir, { recursive: true })
  for (const [file, args] of [...steps, ['touch', [join(dir, 'done')]] as [string, string[]]]) {
    const done = await run(file, args)
    if (done.exitCode !== 0) throw new Error(`${file} ${args.join(' ')}: ${done.stderr}`)
  }
}
