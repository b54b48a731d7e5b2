'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { FactList } from '../parts/fact-list.tsx'
import { Fault } from '../parts/fault.tsx'
import { Notice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { Time } from '../parts/time.tsx'

/** Yes, for one team, or no; the command line hears of it within seconds. */
export function AnswerDevice({
  asking,
  person,
  teams,
}: {
  asking: ApiOutputs['deviceLogins']['get']
  person: string
  teams: { slug: string; name: string }[]
}) {
  const api = useTRPC()
  const { code } = asking
  const [team, setTeam] = useState(teams[0]?.slug)
  const allow = useMutation(api.deviceLogins.allow.mutationOptions())
  const deny = useMutation(api.deviceLogins.deny.mutationOptions())
  if (allow.isSuccess)
    return (
      <Notice look="info" title="It is let in.">
        Go back to your terminal. Its key is among the keys of the team, and can be revoked there.
      </Notice>
    )
  if (deny.isSuccess)
    return (
      <Notice look="info" title="It is not let in.">
        You can close this page.
      </Notice>
    )
  const busy = allow.isPending || deny.isPending
  return (
    <div className="grid gap-4">
      <Fault error={allow.error ?? deny.error} />
      <FactList
        facts={[
          [
            'Code',
            <code key="code" className="font-mono">
              {code}
            </code>,
          ],
          ['Calls itself', asking.name],
          ['Asks from', asking.address || 'an unknown address'],
          ['Since', <Time key="since" at={asking.createdAt} />],
          ['As', person],
        ]}
      />
      {team === undefined ? (
        <Notice look="info" title="You may make keys in no team.">
          Ask an admin of your team for the role of a developer.
        </Notice>
      ) : (
        <>
          {teams.length > 1 ? (
            <Select
              label="Team"
              value={team}
              onChange={setTeam}
              items={teams.map(({ slug, name }) => ({ value: slug, label: name }))}
            />
          ) : null}
          <p className="text-sm text-muted">
            It gets a key of yours for {teams.find(({ slug }) => slug === team)?.name}, good for 90
            days, with which it can deploy and change what you can.
          </p>
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button busy={deny.isPending} disabled={busy} onClick={() => deny.mutate({ code })}>
          Deny
        </Button>
        {team === undefined ? null : (
          <Button
            look="primary"
            busy={allow.isPending}
            disabled={busy}
            onClick={() => allow.mutate({ code, team })}
          >
            Allow
          </Button>
        )}
      </div>
    </div>
  )
}
