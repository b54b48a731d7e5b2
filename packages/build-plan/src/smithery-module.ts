import type { NodePackage } from './node-package.ts'
import { repositoryPath } from './repository-path.ts'
import type { SourceTree } from './source-tree.ts'

/** Where the source is bundled to, with its packages left out. */
const bundle = '.moorage/server.mjs'

/**
 * The file whose default export makes the server, where a project has no start of its own: Smithery
 * puts a transport around it. Null where there is none.
 */
export function smitheryModule(tree: SourceTree, manifest: NodePackage): string | null {
  const named = manifest.module ?? manifest.main ?? 'src/index.ts'
  const file = repositoryPath(named, 'module in package.json')
  const text = /\.[cm]?[jt]s$/.test(file) ? tree.read(file) : null
  return text !== null && /\bexport (?:default\b|\{[^}]{0,500}\bas default\b)/.test(text)
    ? file
    : null
}

/** Its types and imports are settled at build time; the bundler is in no image. */
export function bundleCommand(file: string): string[] {
  const flags = ['--bundle', '--platform=node', '--format=esm', '--packages=external']
  return ['npx', '--yes', 'esbuild', file, ...flags, `--outfile=${bundle}`]
}

/** Serves the module on stdio by the project's own SDK, which is all that the bridge needs. */
export function launchCommand(): string[] {
  return ['node', '--input-type=module', '-e', launcher, bundle]
}

const launcher = `
import { pathToFileURL } from 'node:url'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
const { default: createServer, configSchema } = await import(pathToFileURL(process.argv[1]))
const given = Object.keys(configSchema?.shape ?? {}).filter((name) => name in process.env)
const values = Object.fromEntries(given.map((name) => [name, process.env[name]]))
const config = configSchema?.parse?.(values) ?? values
const server = await createServer({ config, env: process.env, sessionId: 'stdio' })
await server.connect(new StdioServerTransport())
`.trim()
