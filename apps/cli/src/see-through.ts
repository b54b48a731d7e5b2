import type { Deployment } from './api.ts'
import { Failed } from './cli-error.ts'
import { deploymentResult } from './describe-deployment.ts'
import { followDeployment } from './follow-deployment.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Session } from './session.ts'

/** Stays with a deployment to its end, shows how it went, and ends the command with 1 where it failed. */
export async function seeThrough(
  session: Session,
  input: { id: string; slug: string; wait: boolean; progress?: Progress },
): Promise<void> {
  const { terminal, api } = session
  const progress = input.progress ?? createProgress(terminal)
  let deployment: Deployment
  try {
    deployment = input.wait
      ? await followDeployment(session, input, progress)
      : await api.deployments.get.query({ id: input.id })
  } finally {
    progress.end()
  }
  const server = await api.servers.get.query({ slug: input.slug })
  if (terminal.json)
    terminal.printJson({
      slug: server.slug,
      url: server.url,
      status: deployment.status,
      deployment,
    })
  else for (const line of deploymentResult(session, server, deployment)) terminal.print(line)
  if (['failed', 'canceled', 'superseded'].includes(deployment.status)) throw new Failed()
}
