'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { remoteSettings } from '../new-server/remote-settings.ts'
import { headerRows, headersAndEnv, SecretHeaders } from '../new-server/secret-headers.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { countsFromNextDeployment, SaveRow } from './save-server.tsx'

/** Where a server that runs elsewhere is, and what it is sent with every call. */
export function RemoteForm() {
  const { server, can } = useLiveServer()
  const client = useTRPCClient()
  const answer = useAnswer()
  const { settings, slug } = server
  const before = settings.remote
  const [url, setUrl] = useState(before?.url ?? '')
  const [rows, setRows] = useState(() => headerRows(before?.headers))
  const { headers, env } = headersAndEnv(rows)
  const parsed = remoteSettings(url.trim(), headers)
  const isChanged =
    Object.keys(env).length > 0 ||
    JSON.stringify(parsed.settings?.remote) !== JSON.stringify(before)
  const save = useMutation({
    mutationFn: async () => {
      if (!parsed.settings) return
      for (const [key, value] of Object.entries(env))
        await client.env.set.mutate({ slug, key, value, writeOnly: true })
      await client.servers.update.mutate({ slug, settings: { ...settings, ...parsed.settings } })
    },
    onSuccess: () => {
      setRows(headerRows(headers))
      answer.done(countsFromNextDeployment)
    },
  })
  if (!before) return null
  return (
    <Card title="Address and headers">
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <fieldset disabled={!can.update || !can.writeEnv} className="grid min-w-0 gap-4">
          <TextField
            label="URL of the server"
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-sm"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
            error={parsed.fault}
          />
          <SecretHeaders
            rows={rows}
            onChange={setRows}
            hint="Values are encrypted, and cannot be read again."
          />
        </fieldset>
        <SaveRow
          save={{ isBusy: save.isPending, error: save.error }}
          isChanged={isChanged && parsed.settings !== null}
          isAllowed={can.writeEnv}
        />
      </form>
    </Card>
  )
}
