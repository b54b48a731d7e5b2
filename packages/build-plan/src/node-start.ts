import { AppError } from '@moorage/domain/error'
import type { NodePackage } from './node-package.ts'
import type { Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'
import { splitCommand } from './split-command.ts'

type NodeStart = { command: Command; needsDevDependencies: boolean; reason: Reason }

const httpScripts = [
  'start:http',
  'start:streamable-http',
  'start:streamableHttp',
  'serve:http',
  'start',
  'serve',
]
const plainFiles = ['index', 'server', 'main', 'app', 'src/index', 'src/server', 'src/main']

/**
 * How a Node server is started: a script of package.json, else the file that `main` or `bin` name,
 * else a file of a usual name. Throws plan_failed that says what to add.
 */
export function findNodeStart(tree: SourceTree, manifest: NodePackage): NodeStart {
  for (const name of httpScripts) {
    const script = manifest.scripts[name]
    if (script !== undefined) return fromScript(name, script, manifest)
  }
  const named = [manifest.main, ...bins(manifest)].find(
    (file) => file && isRunnable(file, tree, manifest),
  )
  if (named !== undefined) return fromFile(named, 'package.json names it')
  for (const file of plainFiles.flatMap((name) => [`${name}.js`, `${name}.mjs`, `${name}.cjs`])) {
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
  const direct = words?.[0] === 'node' && words.length > 1 && !hooks
  return {
    // npm as the first process would swallow signals and needs longer; a plain node line needs no npm.
    command: direct && words !== null ? words : ['npm', 'run', name, '--silent'],
    needsDevDependencies: !direct && usesDevDependency(script, manifest),
    reason: {
      choice: 'Start command',
      value: script.slice(0, 200),
      because: `package.json has a ${name} script`,
    },
  }
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
  if (!/\.[cm]?js$/.test(path) || path.startsWith('/') || path.includes('..')) return false
  if (path.startsWith('-')) return false
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
