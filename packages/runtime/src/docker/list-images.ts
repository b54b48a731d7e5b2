import { type Engine, engineError } from './engine.ts'
import { deploymentLabel, labelFilter } from './labels.ts'

/** What this platform built; an image without a deployment's label is none of a server's. */
export async function listImages(engine: Engine): Promise<{ id: string; deploymentId: string }[]> {
  try {
    const label = labelFilter({ platform: engine.platformId })
    const images = await engine.docker.listImages({ filters: { label } })
    return images.flatMap(({ Id, Labels }) => {
      const deploymentId = deploymentLabel(Labels ?? {})
      return deploymentId ? [{ id: Id, deploymentId }] : []
    })
  } catch (error) {
    throw engineError(error)
  }
}
