'use client'
import { parseMcpCommand } from '@moorage/build-plan/mcp-command'
import { AppError } from '@moorage/domain/error'
import { useMemo, useState } from 'react'
import { AreaField } from '../parts/field.tsx'
import { type Described, SettingsSource } from './settings-source.tsx'
import type { Place } from './source-draft.ts'

const missing = 'Enter a command, or paste the mcpServers JSON of an MCP client.'

/** A published package by its command line, or what an MCP client's settings hold. */
export function CommandSource({ place }: { place: Place }) {
  const [text, setText] = useState('')
  const { fault, ...described } = useMemo(() => describe(text), [text])
  const found = Object.keys(described.env ?? {})
  return (
    <SettingsSource place={place} described={described}>
      <AreaField
        label="Command, or mcpServers JSON"
        rows={text.includes('\n') ? 8 : 3}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        className="min-h-16"
        placeholder={'npx -y @scope/server@1.2.3 --flag\nuvx mcp-server-time\n{"mcpServers": {…}}'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={fault ?? undefined}
        hint={
          found.length > 0
            ? `Its secrets become variables of the server: ${found.join(', ')}.`
            : 'npx, uvx, docker run and their kin. The package is installed once, when the server is built.'
        }
      />
    </SettingsSource>
  )
}

function describe(text: string): Described & { fault: string | null } {
  const nothing = { settings: null, missing, fault: null }
  if (text.trim() === '') return nothing
  try {
    const { name, settings, env } = parseMcpCommand(text)
    return { ...nothing, name, settings, env }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const fault = [error.userMessage, error.hint].filter(Boolean).join(' ')
    return { ...nothing, missing: fault, fault }
  }
}
