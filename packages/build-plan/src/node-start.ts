import { AppError } from '@moorage/domain/error'
import type { NodePackage } from './node-package.ts'
import type { Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'
import { splitCommand } from './split-command.ts'

export type NodeStart = {
  command: Command
  needsDevDependencies: boolean
  /** Started by a script whose name says that it serves HTTP. */
  isHttp?: boolean
  reason: Reason | null
}

const httpScripts = ['start:http', 'start:streamable-http', 'start:streamableHttp', 'serve:http']
/** Node runs TypeScript as it is, where its types can simply be taken away. */
const endings = ['.js', '.mjs', '.cjs', '.ts', '.mts']
const plainFiles = ['index', 'server', 'main', 'app', 'src/index', 'src/server', 'src/main']

/**
 * How a Node server is started: a script of package.json, else the file that `main` or `bin` name,
 * else a file of a usual name. Throws plan_failed that says what to add.
 */
export function findNodeStart(
  tree: SourceTree,
  manifest: NodePackage,
  found: { http: boolean; sse: boolean },
): NodeStart {
  const listens = found.http || found.sse
  for (const name of listens ? [...httpScripts, 'start', 'serve'] : ['start', 'serve']) {
    const script = manifest.scripts[name]
    if (script !== undefined) {
      return { ...fromScript(name, script, manifest), isHttp: httpScripts.includes(name) }
    }
  }
  // On stdio the command is what others start; `main` may be a library's.
  const files = listens ? [manifest.main, ...bins(manifest)] : [...bins(manifest), manifest.main]
  const named = files.find((file) => file && isRunnable(file, tree, manifest))
  if (named !== undefined) return fromFile(named, 'package.json names it')
  for (const file of plainFiles.flatMap((name) => endings.map((ending) => name + ending))) {
    if (tree.files.includes(file)) return fromFile(file, 'it is where a server usually is')
  }
  throw new AppError(
    'plan_failed',
    'package.json does not say how to start the server: looked for a start script, main, bin, and index.js or server.js.',
    { hint: 'Add a start script, for example "start": "node dist/index.js".' },
  )
}

function fromScript(name: string, script: string, manifest: NodePackage): NodeStart {
  const words = script.length < 2000 ? splitCommand(script) : null
  const hooks = [`pre${name}`, `post${name}`].some((hook) => manifest.scripts[hook] !== undefined)
  const plain = words === null || hooks ? null : plainCommand(words)
  const direct = plain !== null
  return {
    // npm as the first process would swallow signals and needs longer; a plain node line needs no npm.
    command: plain ?? ['npm', 'run', name, '--silent'],
    needsDevDependencies: !direct && usesDevDependency(script, manifest),
    reason: {
      choice: 'Start command',
      value: script.slice(0, 200),
      because: `package.json has a ${name} script`,
    },
  }
}

/** A file run by node or bun, and nothing around it. */
function plainCommand(words: Command): Command | null {
  const [program, ...args] = words
  if (args.length === 0) return null
  if (program === 'node') return words
  if (program !== 'bun') return null
  const [first = '', ...rest] = args[0] === 'run' ? args.slice(1) : args
  return /\.[cm]?[jt]sx?$/.test(first) ? ['bun', first, ...rest] : null
}

/** `tsx src/index.ts` and the like: a tool for development that the server cannot start without. */
function usesDevDependency(script: string, manifest: NodePackage): boolean {
  const words = new Set(script.slice(0, 2000).split(/[\s=/]+/))
  const known = Object.keys(manifest.devDependencies).some((name) => words.has(name))
  return known || words.has('tsc') || words.has('npm') || words.has('ts-node')
}

function bins(manifest: NodePackage): string[] {
  if (typeof manifest.bin === 'string') return [manifest.bin]
  return Object.values(manifest.bin ?? {}).filter((file) => typeof file === 'string')
}

/** In the repository already, or made by the build. */
function isRunnable(file: string, tree: SourceTree, manifest: NodePackage): boolean {
  const path = file.replace(/^\.\//, '')
  if (path.startsWith('/') || path.startsWith('-') || path.includes('..')) return false
  if (/\.[cm]?ts$/.test(path)) return tree.files.includes(path)
  if (!/\.[cm]?js$/.test(path)) return false
  return tree.files.includes(path) || manifest.scripts.build !== undefined
}

function fromFile(file: string, because: string): NodeStart {
  const path = file.replace(/^\.\//, '')
  return {
    command: ['node', path],
    needsDevDependencies: false,
    reason: { choice: 'Start command', value: `node ${path}`, because },
  }
}
