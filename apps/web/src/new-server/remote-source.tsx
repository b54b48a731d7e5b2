'use client'
import { useMemo, useState } from 'react'
import { TextField } from '../parts/field.tsx'
import { remoteSettings } from './remote-settings.ts'
import { type HeaderRow, headersAndEnv, SecretHeaders } from './secret-headers.tsx'
import { SettingsSource } from './settings-source.tsx'
import type { Place } from './source-draft.ts'

/** An MCP server that runs elsewhere, with the credentials that it asks for. */
export function RemoteSource({ place }: { place: Place }) {
  const [text, setText] = useState('')
  const [rows, setRows] = useState<HeaderRow[]>([{ id: 1, name: 'Authorization', value: '' }])
  const url = text.trim()
  const { headers, env } = useMemo(() => headersAndEnv(rows), [rows])
  const parsed = useMemo(() => remoteSettings(url, headers), [url, headers])
  return (
    <SettingsSource
      place={place}
      described={{
        settings: parsed.settings,
        env,
        missing: 'Enter the URL of an MCP server.',
      }}
    >
      <TextField
        label="URL of the server"
        autoFocus
        spellCheck={false}
        autoComplete="off"
        className="font-mono text-sm"
        placeholder="https://mcp.example.com/mcp"
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="Callers use this platform's URL and keys; Moorage calls the server with its own headers. The first deployment tries a real MCP handshake with it."
        error={url === '' ? undefined : parsed.fault}
      />
      <SecretHeaders
        rows={rows}
        onChange={setRows}
        hint="Values are encrypted, and cannot be read again."
      />
    </SettingsSource>
  )
}
