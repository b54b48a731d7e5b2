'use client'
import { useDeploy } from '../deployments/use-deploy.ts'
import { Button, LinkButton } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { useLiveServer } from './server-live.tsx'

/** What somebody who opens this server has to know first. */
export function ServerNotices() {
  const { server, can } = useLiveServer()
  const deploy = useDeploy(server)
  const { latest, live } = server
  const base = `/servers/${server.slug}`
  return (
    <div className="grid gap-3 empty:hidden" aria-live="polite">
      {server.state === 'building' && latest ? (
        <Notice
          look={latest.awaitsApproval ? 'warning' : 'info'}
          title={onItsWay(latest.awaitsApproval, live !== null)}
          action={
            <LinkButton size="sm" href={`${base}/deployments/${latest.id}`}>
              {latest.awaitsApproval ? 'Look at it' : 'Watch it'}
            </LinkButton>
          }
        >
          {live
            ? 'The old one answers until the new one does.'
            : 'The URL answers when it is live.'}
        </Notice>
      ) : null}
      {latest?.status === 'failed' && latest.failure ? (
        <Notice
          look="error"
          title={`The last deployment failed: ${latest.failure.message}`}
          action={
            <LinkButton size="sm" href={`${base}/deployments/${latest.id}`}>
              See why
            </LinkButton>
          }
        >
          {live ? 'The version before it stays live. ' : null}
          {latest.failure.hint}
        </Notice>
      ) : null}
      {server.state === 'sleeping' ? (
        <Notice look="info" title="It sleeps, as nobody has called it for a while.">
          The next call wakes it and is answered then.
        </Notice>
      ) : null}
      {server.state === 'crashed' ? (
        <Notice
          look="error"
          title="The server went live, but does not run any more."
          action={
            <LinkButton size="sm" href={`${base}/logs`}>
              Read its log
            </LinkButton>
          }
        >
          {server.restarts > 0 ? `It was restarted ${server.restarts} times. ` : null}
          Its last lines say why; a restart or a new version brings it back.
        </Notice>
      ) : null}
      {server.isBehind && server.state !== 'building' ? (
        <Notice
          look="info"
          title="The source or the settings have changed since it went live."
          action={
            can.deploy && deploy.isPossible ? (
              <Button size="sm" busy={deploy.isBusy} onClick={deploy.start}>
                Deploy
              </Button>
            ) : null
          }
        >
          What changed counts from the next deployment on.
        </Notice>
      ) : null}
      {server.runtime === 'process' ? (
        <Notice look="warning" title="No isolation, development only">
          No container engine answers on this machine, so this server runs as a plain process with
          the rights of the platform.
        </Notice>
      ) : null}
    </div>
  )
}

function onItsWay(awaitsApproval: boolean, isLive: boolean): string {
  if (awaitsApproval) return 'A new version changes the tools, and waits for somebody to agree.'
  return isLive ? 'A new version is on its way.' : 'The first version is on its way.'
}
