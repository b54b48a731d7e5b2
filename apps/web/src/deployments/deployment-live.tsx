'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { isActive } from '@moorage/domain/deployment'
import { Rocket } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLive } from '../api-client/use-live.ts'
import type { LogLine } from '../logs/log-lines.ts'
import { LogView } from '../logs/log-view.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Sha } from '../parts/sha.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { deploymentMark } from '../servers/server-mark.ts'
import { DeploymentActions } from './deployment-actions.tsx'
import { EnvFacts } from './env-facts.tsx'
import { FailureCard } from './failure-card.tsx'
import { PlanCard } from './plan-card.tsx'
import { StepsCard } from './steps-card.tsx'
import { ToolChangesNotice } from './tool-changes-notice.tsx'
import { triggerWords } from './trigger-words.ts'
import { useDeploy } from './use-deploy.ts'

type Deployment = ApiOutputs['deployments']['get']

/** The last lines are stored a moment after the last state. */
const lateLinesMs = 4_000

/** One deployment while it happens, and after. */
export function DeploymentLive({
  initial,
  lines,
  streams,
}: {
  initial: Deployment
  lines: LogLine[]
  streams: LogLine['stream'][]
}) {
  const deployment = useLive(`deployment:${initial.id}`, initial, (client, handlers) =>
    client.deployments.watch.subscribe({ id: initial.id }, handlers),
  )
  const { server, can } = useLiveServer()
  const deploy = useDeploy(server)
  const isOpen = useStaysTrue(isActive(deployment.status), lateLinesMs)
  const { id, slug } = deployment
  return (
    <div className="grid max-w-7xl grid-cols-[minmax(0,1fr)] gap-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-lg font-semibold">
            <span className="min-w-0 break-words">
              {deployment.commitMessage ?? `Deployment ${deployment.shortId}`}
            </span>
            <span aria-live="polite">
              <StatusMark mark={deploymentMark(deployment)} look="pill" />
            </span>
          </h2>
          <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-sm text-muted">
            {deployment.commitSha ? <Sha sha={deployment.commitSha} /> : null}
            {deployment.ref && server.source === 'git' ? <span>on {deployment.ref} ·</span> : null}
            {triggerWords[deployment.trigger]} <Time at={deployment.createdAt} /> ·{' '}
            <code className="font-mono text-xs">{id}</code>
          </p>
        </div>
        <DeploymentActions deployment={deployment} />
      </div>
      <ToolChangesNotice deployment={deployment} />
      {deployment.failure ? (
        <FailureCard
          failure={deployment.failure}
          action={
            can.deploy && deploy.isPossible ? (
              <Button busy={deploy.isBusy} onClick={deploy.start}>
                {deploy.isBusy ? null : <Rocket />}
                Deploy again
              </Button>
            ) : null
          }
        />
      ) : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_17rem] xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 gap-5 max-lg:order-2">
          <Card
            title="Log"
            flush
            aside={
              isOpen ? (
                <StatusMark mark={{ shape: 'turning', tone: 'building', word: 'Following' }} />
              ) : null
            }
          >
            <LogView
              filter={{ slug, deploymentId: id, streams }}
              initial={lines}
              isOpen={isOpen}
              height="fit"
              empty={isOpen ? 'Waiting for the first line.' : 'Nothing was written.'}
            />
          </Card>
        </div>
        <div className="grid min-w-0 gap-5 max-lg:contents">
          <StepsCard deployment={deployment} />
          <div className="min-w-0 empty:hidden max-lg:order-3">
            <EnvFacts env={deployment.env} keepsEnv={deployment.keepsEnv} />
          </div>
          {deployment.plan ? (
            <div className="min-w-0 max-lg:order-3">
              <PlanCard plan={deployment.plan} />
            </div>
          ) : null}
        </div>
      </div>
    </div>
  )
}

/** True while `value` is, and for a time after. */
function useStaysTrue(value: boolean, ms: number): boolean {
  const [stays, setStays] = useState(value)
  useEffect(() => {
    if (value) {
      setStays(true)
      return
    }
    const timer = setTimeout(() => setStays(false), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return stays
}
