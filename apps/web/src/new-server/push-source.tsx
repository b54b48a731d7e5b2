'use client'
import { useState } from 'react'
import { CodeBlock } from '../parts/code-block.tsx'
import { TextField } from '../parts/field.tsx'
import { NewServerForm } from './new-server-form.tsx'
import type { Place } from './source-draft.ts'

/** A server that is pushed to. */
export function PushSource({ place }: { place: Place }) {
  const [branch, setBranch] = useState('')
  const [rootDir, setRootDir] = useState('')
  const input = { ...(branch ? { branch } : {}), ...(rootDir ? { rootDir } : {}) }
  return (
    <NewServerForm
      place={place}
      draft={{ input, missing: '', slug: null, env: {}, deploys: false }}
      foot={(slug) => (
        <div className="grid gap-1.5">
          <p className="text-sm font-medium">Then, in its directory</p>
          <CodeBlock
            code={`git remote add moorage ${place.gitUrl}/${slug}.git\ngit push moorage ${branch || 'main'}`}
            label="Copy the commands"
          />
        </div>
      )}
    >
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField
          label="Branch"
          optional
          autoFocus
          placeholder="main"
          spellCheck={false}
          value={branch}
          onChange={(event) => setBranch(event.target.value.trim())}
        />
        <TextField
          label="Root directory"
          optional
          placeholder="."
          spellCheck={false}
          hint="Where the server is, in a repository of several."
          value={rootDir}
          onChange={(event) => setRootDir(event.target.value.trim())}
        />
      </div>
    </NewServerForm>
  )
}
