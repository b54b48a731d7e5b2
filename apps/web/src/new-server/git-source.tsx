'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { slugFrom } from '@moorage/domain/slug'
import { type KeyboardEvent, useState } from 'react'
import { TextField } from '../parts/field.tsx'
import { FoundServers } from './found-servers.tsx'
import { NewServerForm } from './new-server-form.tsx'
import type { Place, SourceDraft } from './source-draft.ts'
import { useInspection } from './use-inspection.ts'

type Choice = { rootDir: string | null; settings: Settings; isValid: boolean }
const nothingChosen: Choice = { rootDir: null, settings: {}, isValid: true }

/** A server from a repository's URL: what is in there is looked at while the rest is filled in. */
export function GitSource({ place }: { place: Place }) {
  const [url, setUrl] = useState('')
  const [branch, setBranch] = useState('')
  const [rootDir, setRootDir] = useState('')
  const [choice, setChoice] = useState<Choice>(nothingChosen)
  const inspection = useInspection(place.team)
  const repoUrl = url.trim()
  const isSsh = /^(ssh:|[\w.-]+@[\w.-]+:)/.test(repoUrl)
  const asked = inspection.state?.asked
  const isAsked = asked?.repoUrl === repoUrl && asked.branch === branch

  const look = (text = repoUrl) => {
    const isNew = asked?.repoUrl !== text || asked.branch !== branch
    if (!isNew || !/^https?:\/\/[^/\s]+\/\S+$/.test(text)) return
    setChoice(nothingChosen)
    inspection.ask({ repoUrl: text, branch })
  }
  const lookOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || isAsked || isSsh || !repoUrl) return
    event.preventDefault()
    look()
  }
  const change = (text: string) => {
    setUrl(text)
    if (asked && asked.repoUrl !== text.trim()) {
      inspection.forget()
      setChoice(nothingChosen)
    }
  }
  const chosenDir = choice.rootDir ?? rootDir
  const settings = Object.keys(choice.settings).length > 0 ? { settings: choice.settings } : {}
  const draft: SourceDraft = {
    input:
      repoUrl && choice.isValid
        ? {
            repoUrl,
            ...(branch ? { branch } : {}),
            ...(chosenDir ? { rootDir: chosenDir } : {}),
            ...settings,
          }
        : null,
    missing: repoUrl ? 'Correct what is marked above.' : 'Enter the URL of a git repository.',
    slug: slugFrom(choice.rootDir && choice.rootDir !== '.' ? choice.rootDir : repoUrl),
    env: {},
    deploys: !isSsh,
  }
  return (
    <NewServerForm place={place} draft={draft}>
      <div className="grid items-start gap-5 sm:grid-cols-[minmax(0,1fr)_11rem]">
        <TextField
          label="Repository URL"
          placeholder="https://host/owner/repository.git"
          autoFocus
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-sm"
          hint={
            isSsh
              ? 'Moorage makes a deploy key for it, which you add to the repository before the first deploy.'
              : 'https for a public repository; ssh (git@host:owner/repository.git) for a private one.'
          }
          value={url}
          onChange={(event) => change(event.target.value)}
          onBlur={() => look()}
          onKeyDown={lookOnEnter}
          onPaste={(event) => {
            if (url === '') look(event.clipboardData.getData('text').trim())
          }}
        />
        <TextField
          label="Branch"
          optional
          placeholder="the default one"
          spellCheck={false}
          value={branch}
          onChange={(event) => setBranch(event.target.value.trim())}
          onBlur={() => look()}
          onKeyDown={lookOnEnter}
        />
      </div>
      {inspection.state && isAsked ? (
        <FoundServers
          key={`${asked.repoUrl} ${asked.branch}`}
          state={inspection.state}
          onAgain={() => inspection.ask({ repoUrl, branch })}
          onChoice={setChoice}
        />
      ) : null}
      {choice.rootDir === null ? (
        <TextField
          label="Root directory"
          optional
          placeholder="."
          spellCheck={false}
          hint="Where the server is, in a repository of several."
          value={rootDir}
          onChange={(event) => setRootDir(event.target.value.trim())}
        />
      ) : null}
    </NewServerForm>
  )
}
