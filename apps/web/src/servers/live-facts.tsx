'use client'
import { RotateCcw } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { useRollback } from '../deployments/use-rollback.ts'
import { formatDuration } from '../format/duration.ts'
import { formatSize } from '../format/size.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Sha } from '../parts/sha.tsx'
import { Time } from '../parts/time.tsx'
import { useLiveServer } from './server-live.tsx'

/** What answers at the URL right now. */
export function LiveFacts() {
  const { server, can } = useLiveServer()
  const { live } = server
  const rollback = useRollback(server.slug)
  if (!live) return null
  const { handshake, plan } = live
  return (
    <Card
      title="Live now"
      aside={
        can.deploy && live.canRollback ? (
          <Button
            size="sm"
            look="quiet"
            busy={rollback.isBusy}
            onClick={() => rollback.start(live.id)}
          >
            {rollback.isBusy ? null : <RotateCcw />}
            Restart
          </Button>
        ) : null
      }
    >
      <Link
        href={`/servers/${server.slug}/deployments/${live.id}`}
        className="line-clamp-2 rounded-sm font-medium hover:text-accent"
      >
        {live.commitMessage ?? live.shortId}
      </Link>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        {live.commitSha ? (
          <Fact name="Commit">
            <Sha sha={live.commitSha} />{' '}
            {live.ref ? <span className="text-muted">on {live.ref}</span> : null}
          </Fact>
        ) : null}
        {live.finishedAt ? (
          <Fact name="Live since">
            <Time at={live.finishedAt} />
          </Fact>
        ) : null}
        {live.durationMs !== null ? (
          <Fact name="Deployed in">{formatDuration(live.durationMs)}</Fact>
        ) : null}
        {plan ? <Fact name="Built as">{plan.flavor}</Fact> : null}
        {live.imageSizeBytes !== null ? (
          <Fact name="Image">{formatSize(live.imageSizeBytes)}</Fact>
        ) : null}
        {server.runtime ? (
          <Fact name="Runtime">
            {server.runtime}
            {server.restarts > 0 ? (
              <span className="text-warning"> · {server.restarts} restarts</span>
            ) : null}
          </Fact>
        ) : null}
        {handshake ? (
          <>
            <Fact name="Says it is">
              {handshake.serverInfo.title ?? handshake.serverInfo.name}{' '}
              <span className="text-muted">{handshake.serverInfo.version}</span>
            </Fact>
            <Fact name="MCP">
              <span className="num">{handshake.protocolVersion}</span>
              <span className="text-muted"> · {handshake.eras.join(' and ')}</span>
            </Fact>
          </>
        ) : null}
      </dl>
    </Card>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="num min-w-0 break-words">{children}</dd>
    </>
  )
}
