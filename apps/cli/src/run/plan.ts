import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { planBuild } from '@moorage/build-plan/detect'
import { findServers } from '@moorage/build-plan/find-servers'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { readDirectory } from '@moorage/build-plan/read-directory'
import { planSettings } from '@moorage/build-plan/settings-source'
import { CliError } from '../cli-error.ts'
import { describedSource, type SourceFlags } from '../described-source.ts'
import { ejectedDockerfile } from '../ejected-dockerfile.ts'
import { readEnv } from '../env.ts'
import { type Listed, showPlan, showServers } from '../show-plan.ts'
import { createTerminal } from '../terminal.ts'

type Flags = SourceFlags & { root?: string; dockerfile?: boolean; json?: boolean }

/** The same plan as the builder makes, of the files that are here or of what the options describe. */
export async function plan(dir: string, flags: Flags): Promise<void> {
  const env = readEnv()
  const terminal = createTerminal(env, { json: flags.json ?? false })
  const described = await describedSource(env.cwd, flags)
  const found = described
    ? planSettings(described.settings, described.document)
    : await planDirectory(resolve(env.cwd, dir), flags.root)
  if (Array.isArray(found)) {
    if (flags.dockerfile) throw new CliError('Which of them?', { exitCode: 2, hint: which(found) })
    return terminal.json ? terminal.printJson({ servers: found }) : showServers(terminal, found)
  }
  if (flags.dockerfile) return terminal.print(ejectedDockerfile(found))
  return terminal.json ? terminal.printJson(found) : showPlan(terminal, found)
}

/** The plan of the directory that was named or of the only server there; else all that there are. */
async function planDirectory(
  path: string,
  rootDir: string | undefined,
): Promise<BuildPlan | Listed[]> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`${path} is not a directory.`, { exitCode: 2 })
  const tree = await readDirectory(path)
  if (rootDir !== undefined) return planBuild(tree, { rootDir })
  const servers = findServers(tree)
  const [only] = servers
  if (servers.length < 2 && (!only || only.plan)) return only?.plan ?? planBuild(tree)
  return servers.map(({ rootDir, plan, failure }) =>
    plan
      ? { rootDir, plan }
      : { rootDir, failure: { message: failure.userMessage, hint: failure.hint } },
  )
}

function which(servers: Listed[]): string {
  return servers.map(({ rootDir }) => `--root ${rootDir}`).join('   ')
}
