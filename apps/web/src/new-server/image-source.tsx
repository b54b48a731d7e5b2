'use client'
import { settingsSchema } from '@moorage/build-plan/settings'
import { useMemo, useState } from 'react'
import { TextField } from '../parts/field.tsx'
import { SettingsSource } from './settings-source.tsx'
import type { Place } from './source-draft.ts'

/** A container image that exists already. */
export function ImageSource({ place }: { place: Place }) {
  const [text, setText] = useState('')
  const reference = text.trim().replace(/^docker pull /, '')
  const isValid = settingsSchema.shape.image.safeParse(reference || undefined).success
  const settings = useMemo(
    () => (reference && isValid ? { image: reference } : null),
    [reference, isValid],
  )
  return (
    <SettingsSource
      place={place}
      described={{ settings, missing: 'Enter the reference of an image.' }}
    >
      <TextField
        label="Image"
        autoFocus
        spellCheck={false}
        autoComplete="off"
        className="font-mono text-sm"
        placeholder="registry.example.com/team/server:1.2"
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="By tag or @sha256 digest. It is pulled at each deployment; the digest is recorded."
        error={
          isValid
            ? undefined
            : 'That is no image reference, such as registry.example.com/team/server:1.2.'
        }
      />
    </SettingsSource>
  )
}
