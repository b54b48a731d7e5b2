import { noBuildSettings } from '../build-settings.ts'
import { createDockerDriver } from '../docker.ts'
import type { RuntimeDriver, RuntimeName } from '../driver.ts'
import { createProcessDriver } from '../process.ts'

export type DriverChoice = {
  name: RuntimeName
  platformId: string
  dataDir: string
  nodeImage: string | null
}

export async function createDriver(choice: DriverChoice): Promise<RuntimeDriver> {
  const { platformId, dataDir, nodeImage } = choice
  if (choice.name === 'process')
    return createProcessDriver({ platformId, dataDir, build: noBuildSettings })
  const baseImages = nodeImage ? { node: nodeImage } : {}
  return createDockerDriver({ platformId, build: noBuildSettings, baseImages })
}
