'use client'
import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import { useState } from 'react'
import { AreaField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { countsFromNextDeployment, SaveRow, useSaveServer } from './save-server.tsx'

/** All of the settings as text, in the form of moorage.json. */
export function JsonSettings() {
  const { server, can } = useLiveServer()
  const before = JSON.stringify(server.settings, null, 2)
  const [text, setText] = useState(before)
  const save = useSaveServer(countsFromNextDeployment)
  const parsed = parseSettings(text)
  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if ('settings' in parsed) save.start({ settings: parsed.settings })
      }}
    >
      <AreaField
        label="Settings"
        rows={Math.min(24, Math.max(8, text.split('\n').length + 1))}
        spellCheck={false}
        disabled={!can.update}
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={'fault' in parsed ? parsed.fault : undefined}
        hint={
          <>
            What moorage.json can say, with precedence over it:{' '}
            <a href="/schema/moorage.json" className="underline hover:text-text">
              its schema
            </a>
            .
          </>
        }
      />
      <SaveRow save={save} isChanged={text !== before && 'settings' in parsed} />
    </form>
  )
}

function parseSettings(text: string): { settings: Settings } | { fault: string } {
  try {
    const parsed = settingsSchema.safeParse(JSON.parse(text || '{}'))
    if (parsed.success) return { settings: parsed.data }
    const issue = parsed.error.issues[0]
    return { fault: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() }
  } catch {
    return { fault: 'That is not valid JSON.' }
  }
}
