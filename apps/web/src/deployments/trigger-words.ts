import type { DeploymentView } from '@moorage/deployments/views'

/** How a deployment came about, for people. */
export const triggerWords: Record<DeploymentView['trigger'], string> = {
  push: 'Pushed',
  upload: 'Uploaded',
  manual: 'Deployed by hand',
  webhook: 'Webhook',
  check: 'Found on its branch',
  promote: 'Promoted',
  rollback: 'Rolled back',
  example: 'The bundled example',
}
