import type { Instance } from '@moorage/db/client'
import { createLogWriter } from '@moorage/logs/append'
import type { Builder } from './context.ts'

/** A line of the platform's own in the instance's log, and a sign that the server's state has changed. */
export async function note(
  { deps }: Pick<Builder, 'deps'>,
  instance: Pick<Instance, 'id' | 'serverId' | 'deploymentId'>,
  text: string,
): Promise<void> {
  const { id: instanceId, serverId, deploymentId } = instance
  const writer = createLogWriter(deps, { serverId, deploymentId, instanceId })
  writer.write('system', text)
  await writer.flush()
  await deps.events.publish({ type: 'server', serverId })
}
