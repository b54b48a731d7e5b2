import type { Principal } from '@moorage/access/principal'
import type { Server } from '@moorage/db/client'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { toAppError } from '@moorage/domain/error'
import { shortId } from '@moorage/domain/id'
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
  try {
    const source = await chooseSource(app, push)
    await sayWhatIsKept(push)
    if (!source) return
    const deployment = await createDeployment(
      app.deps,
      {
        teamId: push.server.teamId,
        serverId: push.server.id,
        trigger: source.trigger,
        ref: source.ref,
        commitSha: source.sha,
        commitMessage: source.subject,
      },
      push.principal,
    )
    app.log(`${push.server.slug}: ${source.sha.slice(0, 7)} arrived, deployment ${deployment.id}`)
    if (source.trigger === 'upload') await pruneUploads(app, push.repository)
    else await pointHead(app, push)
    await push.say(
      `\nDeploying ${push.server.slug} ${source.sha.slice(0, 7)} (${shortId(deployment.id)})\n`,
    )
    if (push.follow) await tellDeployment(app, push, deployment.id)
  } catch (error) {
    const fault = toAppError(error)
    app.log(`${push.server.slug}: after a push: ${fault.message}`)
    await push.say(`\nThe code arrived, but it was not deployed: ${fault.userMessage}\n`)
    if (fault.hint) await push.say(`${fault.hint}\n`)
  }
}

type Source = { trigger: 'push' | 'upload'; ref: string; sha: string; subject: string }

const uploads = 'refs/moorage/upload/'

async function chooseSource(app: App, push: Push): Promise<Source | null> {
  const { server } = push
  const present = push.accepted.filter((command) => command.after !== noCommit)
  const pushed = present.find((command) => command.ref === `refs/heads/${server.branch}`)
  const uploaded = present.findLast((command) => command.ref.startsWith(uploads))
  const chosen = pushed ?? uploaded
  if (!chosen) return null
  const format = ['log', '-1', '--no-show-signature', '--format=%H %s', chosen.after, '--']
  const [sha = '', ...subject] = (
    await runGit(app.git, ['--git-dir', push.repository, ...format])
  ).split(' ')
  return {
    trigger: pushed ? 'push' : 'upload',
    ref: server.branch,
    sha,
    subject: subject.join(' '),
  }
}

async function sayWhatIsKept(push: Push): Promise<void> {
  const { branch, slug, repoUrl } = push.server
  if (repoUrl)
    await push.say(
      `\n${slug} has a repository of its own, ${repoUrl}: that is what counts next time.\n`,
    )
  for (const { ref, after } of push.accepted) {
    const other = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
    if (!other || other === branch) continue
    if (after === noCommit) continue
    await push.say(`\n"${other}" is kept, but not deployed: ${slug} deploys from "${branch}".\n`)
    await push.say(`To deploy it: git push moorage ${other}:${branch}\n`)
    await push.say(`or from now on: moorage servers update ${slug} --branch ${other}\n`)
  }
}

/** What a clone checks out. */
async function pointHead(app: App, push: Push): Promise<void> {
  const head = `refs/heads/${push.server.branch}`
  await runGit(app.git, ['--git-dir', push.repository, 'symbolic-ref', 'HEAD', head])
}
