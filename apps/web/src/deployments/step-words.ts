import type { DeploymentStepName } from '@moorage/domain/deployment'

/** What each step of the pipeline does, for people. */
export const stepWords: Record<DeploymentStepName, string> = {
  fetch: 'Fetch the source',
  plan: 'Plan the build',
  build: 'Build',
  start: 'Start',
  handshake: 'MCP handshake',
  switch: 'Switch traffic',
  drain: 'Drain the old version',
}
