import { existsSync } from 'node:fs'
import { planBuild } from '@moorage/build-plan/detect'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { readDirectory } from '@moorage/build-plan/read-directory'
import { sourceTreeFrom } from '@moorage/build-plan/source-tree'
import { describe, expect, test } from 'vitest'
import { type Flavor, readFlavors, strayDirectories } from './flavor.ts'

test('every directory of a flavour has its expectation beside it', () => {
  expect(strayDirectories()).toEqual([])
})

describe.each(readFlavors())('$name', (flavor) => {
  test('has a snapshot of its plan in the tree', () => {
    expect(existsSync(flavor.planFile), 'written now: read it, and commit it').toBe(true)
  })

  test('is planned as expected', async () => {
    const plan = await planOf(flavor)
    expect({ flavor: plan.flavor, transport: plan.transport }).toEqual({
      flavor: flavor.flavor,
      transport: flavor.transport,
    })
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(flavor.planFile)
  })
})

/** As the builder does it: a server without a repository has its settings as moorage.json. */
async function planOf({ dir, settings }: Flavor): Promise<BuildPlan> {
  return dir === null
    ? planBuild(sourceTreeFrom({ 'moorage.json': JSON.stringify(settings) }))
    : planBuild(await readDirectory(dir), { overrides: settings })
}
