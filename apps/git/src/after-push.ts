import type { Principal } from '@moorage/access/principal'
import type { Deployment, Server } from '@moorage/db/client'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { deployPreview } from '@moorage/deployments/deploy-preview'
import { removePreviewOf } from '@moorage/deployments/remove-preview'
import { toAppError } from '@moorage/domain/error'
import { shortId } from '@moorage/domain/id'
import { readPushing } from '@moorage/domain/pushing'
import { asksToSkip } from '@moorage/domain/skip-mark'
import type { App } from './app.ts'
import { pruneUploads } from './prune-uploads.ts'
import { noCommit, type RefCommand } from './push-request.ts'
import { runGit } from './run-git.ts'
import { tellDeployment } from './tell-deployment.ts'

export type Push = {
  server: Server
  repository: string
  principal: Principal & { kind: 'key' }
  accepted: RefCommand[]
  /** Whether the sender wants to see the deployment through. */
  follow: boolean
  say: (text: string) => Promise<void>
  gone: AbortSignal
}

/** The code has arrived. What of it is to be deployed, and what is to be said of the rest? */
export async function afterPush(app: App, push: Push): Promise<void> {
  const { branch, repoUrl, slug } = push.server
  if (repoUrl)
    await push.say(
      `\n${slug} has a repository of its own, ${repoUrl}: that is what counts next time.\n`,
    )
  const present = push.accepted.filter((command) => command.after !== noCommit)
  const production = present.find((command) => branchOf(command) === branch)
  const uploaded = present.findLast((command) => command.ref.startsWith(uploads))
  const others = push.accepted.filter((command) => (branchOf(command) ?? branch) !== branch)
  const tellings: string[] = []
  const run = async (work: () => Promise<string | null>) => {
    const deploymentId = await orSay(app, push, work)
    if (deploymentId !== null) tellings.push(deploymentId)
  }
  const chosen = production ?? uploaded
  if (chosen) await run(() => deployProduction(app, push, chosen))
  for (const command of others) await run(() => followBranch(app, push, command))
  if (push.follow) for (const id of tellings) await tellDeployment(app, push, id)
}

const uploads = 'refs/moorage/upload/'

function branchOf({ ref }: RefCommand): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1]
}

/** What goes wrong with one branch is said, and keeps no other from being deployed. */
async function orSay(
  app: App,
  push: Push,
  work: () => Promise<string | null>,
): Promise<string | null> {
  try {
    return await work()
  } catch (error) {
    const fault = toAppError(error)
    app.log(`${push.server.slug}: after a push: ${fault.message}`)
    await push.say(`\nThe code arrived, but it was not deployed: ${fault.userMessage}\n`)
    if (fault.hint) await push.say(`${fault.hint}\n`)
    return null
  }
}

/** The id of the deployment; null where the commit asks for none. */
async function deployProduction(app: App, push: Push, command: RefCommand): Promise<string | null> {
  const { server, principal } = push
  const isUpload = command.ref.startsWith(uploads)
  const commit = await readCommit(app, push, command.after)
  if (!isUpload && (await saysSkip(push, commit))) return null
  const { sha: commitSha, subject: commitMessage } = commit
  const deployment = await createDeployment(
    app.deps,
    {
      teamId: server.teamId,
      serverId: server.id,
      trigger: isUpload ? 'upload' : 'push',
      ref: server.branch,
      ...{ commitSha, commitMessage },
    },
    principal,
  )
  if (isUpload) await pruneUploads(app, push.repository)
  else await pointHead(app, push)
  await sayDeploying(app, push, server.slug, deployment)
  return deployment.id
}

/** A branch beside the one that production comes from: its preview comes, changes and goes with it. */
async function followBranch(app: App, push: Push, command: RefCommand): Promise<string | null> {
  const { server, principal } = push
  const { id: serverId, teamId, slug } = server
  const ref = branchOf(command) ?? ''
  if (command.after === noCommit) {
    const removed = await removePreviewOf(app.deps, { teamId, serverId, ref }, principal)
    if (removed) await push.say(`\nThe preview ${slug}--${removed} is removed.\n`)
    return null
  }
  if (readPushing(server.pushing).previews === 'none') {
    await push.say(
      `\n"${ref}" is kept, but not deployed: ${slug} deploys from "${server.branch}".\n` +
        `To deploy it: git push moorage ${ref}:${server.branch}\n`,
    )
    return null
  }
  const commit = await readCommit(app, push, command.after)
  if (await saysSkip(push, commit)) return null
  const { sha: commitSha, subject: commitMessage } = commit
  const made = { teamId, serverId, trigger: 'push', ref, commitSha, commitMessage } as const
  const { preview, deployment } = await deployPreview(app.deps, made, principal)
  if (!deployment) return null
  await sayDeploying(app, push, `${slug}--${preview.name}`, deployment)
  return deployment.id
}

async function sayDeploying(
  app: App,
  push: Push,
  name: string,
  { id, commitSha }: Deployment,
): Promise<void> {
  const commit = commitSha?.slice(0, 7) ?? ''
  app.log(`${name}: ${commit} arrived, deployment ${id}`)
  await push.say(`\nDeploying ${name} ${commit} (${shortId(id)})\n`)
}

type Commit = { sha: string; subject: string; message: string }

async function readCommit(app: App, push: Push, id: string): Promise<Commit> {
  const format = ['log', '-1', '--no-show-signature', '--format=%H%n%B', id, '--']
  const [sha = '', ...lines] = (
    await runGit(app.git, ['--git-dir', push.repository, ...format])
  ).split('\n')
  return { sha, subject: lines[0] ?? '', message: lines.join('\n') }
}

async function saysSkip(push: Push, { sha, message }: Commit): Promise<boolean> {
  if (!asksToSkip(message)) return false
  await push.say(`\n${sha.slice(0, 7)} is kept, but not deployed: its message says so.\n`)
  return true
}

/** What a clone checks out. */
async function pointHead(app: App, push: Push): Promise<void> {
  const head = `refs/heads/${push.server.branch}`
  await runGit(app.git, ['--git-dir', push.repository, 'symbolic-ref', 'HEAD', head])
}
