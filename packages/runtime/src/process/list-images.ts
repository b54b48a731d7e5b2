import { readdir } from 'node:fs/promises'
import { imageIdOf, type Paths } from './paths.ts'
import { imageFactsSchema, readState } from './state-file.ts'

/** Finished builds only: what was cut short is the sweep's. */
export async function listImages(paths: Paths): Promise<{ id: string; deploymentId: string }[]> {
  const names = await readdir(paths.images).catch(() => [])
  const found = await Promise.all(
    names.map(async (deploymentId) => {
      const facts = await readState(paths.image(deploymentId).facts, imageFactsSchema)
      return facts ? [{ id: imageIdOf(deploymentId), deploymentId }] : []
    }),
  )
  return found.flat()
}
