import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// `npm run bench -- NAME [arguments]`: runs NAME.ts beside this file, which prints JSON on stdout.
const [, , name = '', ...args] = process.argv
const file = join(import.meta.dirname, `${name}.ts`)
const isBench = (candidate: string) => /^[a-z0-9-]+$/.test(candidate) && candidate !== 'main'

if (isBench(name) && existsSync(file)) {
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
} else {
  const names = readdirSync(import.meta.dirname)
    .filter((entry) => entry.endsWith('.ts'))
    .map((entry) => entry.slice(0, -3))
    .filter(isBench)
  console.error(
    `usage: npm run bench -- NAME [arguments]\nbenchmarks: ${names.join(', ') || 'none'}`,
  )
  process.exitCode = 2
}
