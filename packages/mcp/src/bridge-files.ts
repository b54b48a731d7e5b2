import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

const directory = new URL('./bridge/', import.meta.url)

/**
 * The stdio bridge as plain JavaScript, with nothing to install: put the files into one directory
 * beside a Node and run its `main.js` (see bridge/options.ts for the arguments).
 */
export function bridgeFiles(): { path: string; content: string }[] {
  const names = readdirSync(directory).filter((name) => /^[\w-]+\.ts$/.test(name))
  const files = names.sort().map((name) => ({
    path: name.replace(/ts$/, 'js'),
    content: toJavaScript(readFileSync(new URL(name, directory), 'utf8')),
  }))
  return [{ path: 'package.json', content: '{ "type": "module" }\n' }, ...files]
}

/** The same as a file that Node runs as it is. */
export function bridgeMain(): string {
  return fileURLToPath(new URL('main.ts', directory))
}

function toJavaScript(source: string): string {
  return stripTypeScriptTypes(source).replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")
}
