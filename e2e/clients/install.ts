import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from '../platform.ts'

// Clients that only these tests need: installed on first use, outside of the workspace.
const cache = join(homedir(), '.cache', 'moorage')
const fastmcp = '4.1.2'
const inspector = '2.12.0'

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
  const dir = join(cache, `inspector-${inspector}`)
  const packages = [`@modelcontextprotocol/inspector@${inspector}`]
  await once(dir, [['npm', ['install', '--no-audit', '--no-fund', '--prefix', dir, ...packages]]])
  return join(dir, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js')
}

async function once(dir: string, steps: [string, string[]][]): Promise<void> {
  if (existsSync(join(dir, 'done'))) return
  mkdirSync(dir, { recursive: true })
  for (const [file, args] of [...steps, ['touch', [join(dir, 'done')]] as [string, string[]]]) {
    const done = await run(file, args)
    if (done.exitCode !== 0) throw new Error(`${file} ${args.join(' ')}: ${done.stderr}`)
  }
}
