import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { planBuild } from '@moorage/build-plan/detect'
import { renderDockerfile } from '@moorage/build-plan/dockerfile'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { readDirectory } from '@moorage/build-plan/read-directory'
import { CliError } from '../cli-error.ts'
import { readEnv } from '../env.ts'
import { createTerminal, type Terminal } from '../terminal.ts'

type Flags = { root?: string; dockerfile?: boolean; json?: boolean }

/** The same plan as the builder makes, of the files that are here. */
export async function plan(dir: string, flags: Flags): Promise<void> {
  const env = readEnv()
  const terminal = createTerminal(env, { json: flags.json ?? false })
  const path = resolve(env.cwd, dir)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`${path} is not a directory.`, { exitCode: 2 })
  const tree = await readDirectory(path)
  const found = planBuild(tree, flags.root ? { rootDir: flags.root } : {})
  if (flags.dockerfile) return terminal.print(dockerfile(found))
  if (terminal.json) return terminal.printJson(found)
  show(terminal, found)
}

function dockerfile(found: BuildPlan): string {
  if (!found.base)
    throw new CliError(`The repository brings its own: ${found.dockerfile ?? 'Dockerfile'}`)
  const baseImage = `${found.base.language}:${found.base.version}-slim`
  return renderDockerfile(found, { baseImage, secrets: [], cacheScope: 'local' })
}

function show({ print, colors }: Terminal, found: BuildPlan): void {
  const line = (name: string, value: string) => print(`  ${name.padEnd(10)}${value}`)
  const command = (words: string[]) =>
    words.map((word) => (/^[\w@%+=:,./${}-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
  print(colors.bold(found.flavor))
  line('directory', found.rootDir)
  if (found.dockerfile) line('file', found.dockerfile)
  if (found.base) line('base', `${found.base.language} ${found.base.version}`)
  if (found.packages.length > 0) line('packages', found.packages.join(' '))
  for (const words of found.install.run) line('install', command(words))
  for (const words of found.build.run) line('build', command(words))
  if (found.kind !== 'dockerfile') line('start', command(found.start.command))
  line('listens', `port ${found.port}, path ${found.path}, ${found.transport}`)
  print('')
  print(colors.bold('Because'))
  for (const { choice, value, because } of found.reasons)
    print(`  ${choice}: ${value}\n    ${colors.dim(because)}`)
}
