'use client'
import { Rocket } from 'lucide-react'
import { PushCommands } from '../connect/push-commands.tsx'
import { useDeploy } from '../deployments/use-deploy.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { repoName } from './repo-name.ts'
import { useLiveServer } from './server-live.tsx'

/** What is still to do before a server has its first version. */
export function FirstDeploy() {
  const { server, can } = useLiveServer()
  const deploy = useDeploy(server)
  if (server.latest) return null
  if (!server.repoUrl && server.source === 'git')
    return (
      <Card title="Push the first version">
        <PushCommands
          slug={server.slug}
          remote={server.gitRemote}
          branch={server.branch}
          mayCreateKey={can.writeKeys}
        />
      </Card>
    )
  return (
    <Card title="Deploy the first version">
      <ol className="grid gap-4">
        {server.deployKeyPublic ? (
          <li className="grid gap-2">
            <p>
              <b className="font-medium">1.</b> Add this deploy key to{' '}
              <span className="font-mono text-sm">{repoName(server.repoUrl ?? '')}</span>, with read
              access.
              <span className="text-muted"> It was made for this server alone.</span>
            </p>
            <CodeBlock code={server.deployKeyPublic} label="Copy the deploy key" wrap />
          </li>
        ) : null}
        <li className="flex flex-wrap items-center gap-3">
          <p>
            {server.deployKeyPublic ? <b className="font-medium">2. </b> : null}
            Deploy <code className="font-mono text-sm">{server.sourceLine ?? server.branch}</code>.
          </p>
          {can.deploy ? (
            <Button look="primary" busy={deploy.isBusy} onClick={deploy.start}>
              {deploy.isBusy ? null : <Rocket />}
              Deploy
            </Button>
          ) : null}
        </li>
      </ol>
    </Card>
  )
}
