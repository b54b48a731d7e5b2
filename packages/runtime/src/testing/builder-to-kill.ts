import { createDriver, type DriverChoice } from './create-driver.ts'
import { buildInput, instanceSpec, nodePlan } from './fixture.ts'

/**
 * A program: a builder for tests to kill. It builds with one command, which tests find among the
 * machine's processes by its marker, and starts an instance.
 */
export type BuilderOrder = {
  driver: DriverChoice
  sourceDir: string
  deploymentId: string
  instanceId: string
  command: string[]
}

const order: BuilderOrder = JSON.parse(process.argv[2] ?? '{}')
const driver = await createDriver(order.driver)
const input = await buildInput(nodePlan([order.command]), {
  sourceDir: order.sourceDir,
  deploymentId: order.deploymentId,
})
const image = await driver.build({ ...input, onLog: (line) => console.log(line) })
await driver.deploy(instanceSpec(input, image.id, { instanceId: order.instanceId }))
console.log('deployed')
setInterval(() => undefined, 60_000)
