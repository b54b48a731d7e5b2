import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { noBuildSettings } from '@moorage/runtime/build-settings'
import { createDockerDriver } from '@moorage/runtime/docker'
import { caBundlePath } from '@moorage/testing/services'
import { type Flavor, readFlavors } from '../../e2e/flavor.ts'
import { baseImages } from './builds/base-images.ts'
import { measureBuilds } from './builds/measure-builds.ts'

/**
 * Of every flavour: the build with no cache at all and the one after a one-line change, what that
 * one installed again, the image's size, and what it holds beyond its base that only builds need.
 * `--only NAME`, which may be given again, takes single ones.
 */
export async function bench() {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { only: { type: 'string', multiple: true, default: [] } },
  })
  const driver = await createDockerDriver({
    platformId: `bench-${randomBytes(4).toString('hex')}`,
    build: { ...noBuildSettings, caBundlePath: caBundlePath() },
    baseImages: baseImages(),
  })
  const flavors = readFlavors().filter(
    ({ name, needs }) => !needs && (values.only.length === 0 || values.only.includes(name)),
  )
  const rows = []
  try {
    for (const flavor of flavors) {
      const row = await measureBuilds(driver, flavor).catch((error: unknown) =>
        failed(flavor, error),
      )
      if (row === null) continue // Nothing is built for an image that exists, or a remote server.
      console.error(`  ${JSON.stringify(row)}`)
      rows.push(row)
    }
  } finally {
    for (const image of await driver.listImages()) await driver.removeImage(image.id)
    await driver.close()
  }
  return { goal: { installedAgain: [], buildOnly: [] }, flavors: rows }
}

function failed({ name }: Flavor, error: unknown) {
  return { flavor: name, fault: error instanceof Error ? error.message : String(error) }
}
