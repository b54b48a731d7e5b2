'use client'
import type { DeploymentView } from '@moorage/deployments/views'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { DeploymentList } from './deployment-list.tsx'
import { deploymentPage } from './deployment-page.ts'
import { withNewest } from './with-newest.ts'

export function RecentDeployments({ initial }: { initial: DeploymentView[] }) {
  const { server } = useLiveServer()
  const client = useTRPCClient()
  const answer = useAnswer()
  const [older, setOlder] = useState<DeploymentView[]>([])
  const [atEnd, setAtEnd] = useState(initial.length < deploymentPage)
  const rows = withNewest([...initial, ...older], server)
  const more = useMutation({
    mutationFn: (before: string) =>
      client.deployments.list.query({ slug: server.slug, before, limit: deploymentPage }),
    onSuccess: (page) => {
      setOlder((before) => [...before, ...page])
      setAtEnd(page.length < deploymentPage)
    },
    onError: answer.failed,
  })
  const last = rows.at(-1)
  return (
    <Card title="Deployments" flush>
      {last ? (
        <>
          <DeploymentList slug={server.slug} deployments={rows} />
          {atEnd ? null : (
            <div className="border-t p-2 text-center">
              <Button
                look="quiet"
                size="sm"
                busy={more.isPending}
                onClick={() => more.mutate(last.id)}
              >
                Show older
              </Button>
            </div>
          )}
        </>
      ) : (
        <p className="p-4 text-sm text-muted">Nothing was deployed yet.</p>
      )}
    </Card>
  )
}
