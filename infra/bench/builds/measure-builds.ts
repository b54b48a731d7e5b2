import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planBuild } from '@moorage/build-plan/detect'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { readDirectory } from '@moorage/build-plan/read-directory'
import { newId } from '@moorage/domain/id'
import type { Image, RuntimeDriver } from '@moorage/runtime/driver'
import type { Flavor } from '../../../e2e/flavor.ts'
import { changeOneLine, freshLayers } from './change-source.ts'
import { imageSize, leftovers } from './image-content.ts'
import { installedBy } from './installed-by.ts'

const limits = { timeoutMs: 900_000, memoryBytes: 2 * 2 ** 30, cpus: 2, diskBytes: 2 ** 34 }

/** Null where the plan builds nothing. */
export async function measureBuilds(driver: RuntimeDriver, flavor: Flavor) {
  const sourceDir = mkdtempSync(join(tmpdir(), 'moorage-bench-'))
  try {
    if (flavor.dir !== null) cpSync(flavor.dir, sourceDir, { recursive: true })
    else writeFileSync(join(sourceDir, 'moorage.json'), JSON.stringify(flavor.settings))
    const plan = await planOf(sourceDir, flavor)
    if (plan.kind === 'image' || plan.kind === 'remote') return null
    // A server and a team of its own: nobody's caches are warm.
    const ids = { serverId: newId('srv'), teamId: newId('team') }
    if (plan.dockerfile !== null) freshLayers(join(sourceDir, plan.rootDir, plan.dockerfile))
    const cold = await build(driver, { ...ids, plan, sourceDir })
    const changed = changeOneLine(join(sourceDir, plan.rootDir), plan.kind)
    const cached = await build(driver, { ...ids, plan, sourceDir })
    const base = plan.output?.base ?? plan.base
    return {
      flavor: flavor.name,
      coldMs: cold.ms,
      /** Never none: that the next field is empty has to mean something. */
      installedCold: installedBy(plan, cold.log).length,
      changed,
      cachedMs: cached.ms,
      installedAgain: installedBy(plan, cached.log),
      imageBytes: cached.image.sizeBytes,
      overBaseBytes: base === null ? null : cached.image.sizeBytes - (await imageSize(base)),
      buildOnly: await leftovers(cached.image.id, base),
    }
  } finally {
    rmSync(sourceDir, { recursive: true, force: true })
  }
}

async function planOf(sourceDir: string, { dir, settings }: Flavor): Promise<BuildPlan> {
  const tree = await readDirectory(sourceDir)
  return planBuild(tree, dir === null ? {} : { overrides: settings })
}

async function build(
  driver: RuntimeDriver,
  input: { serverId: string; teamId: string; plan: BuildPlan; sourceDir: string },
): Promise<{ image: Image; ms: number; log: string[] }> {
  const log: string[] = []
  const startedAt = performance.now()
  const image = await driver
    .build({
      ...input,
      deploymentId: newId('dep'),
      secrets: {},
      limits,
      onLog: (line) => log.push(line),
      signal: new AbortController().signal,
    })
    .catch((error: unknown) => {
      throw new Error(
        `${error instanceof Error ? error.message : error}\n${log.slice(-15).join('\n')}`,
      )
    })
  return { image, ms: Math.round(performance.now() - startedAt), log }
}
