'use client'
import { slugFrom } from '@moorage/domain/slug'
import { type KeyboardEvent, useCallback, useState } from 'react'
import { TextField } from '../parts/field.tsx'
import { type Choice, FoundServers } from './found-servers.tsx'
import { GithubRepositories } from './github-repositories.tsx'
import { NewServerForm } from './new-server-form.tsx'
import type { Place, SourceDraft } from './source-draft.ts'
import { useInspection } from './use-inspection.ts'

const untouched: Choice = { settings: {}, isValid: true }

/** A server from a repository's URL: what is in there is looked at while the rest is filled in. */
export function GitSource({ place }: { place: Place }) {
  const [url, setUrl] = useState('')
  const [branch, setBranch] = useState('')
  const [rootDir, setRootDir] = useState('')
  const [chosen, setChosen] = useState<string[] | null>(null)
  const [choices, setChoices] = useState<Record<string, Choice>>({})
  const [slugs, setSlugs] = useState<Record<string, string>>({})
  const inspection = useInspection(place.team)
  const repoUrl = url.trim()
  const isSsh = /^(ssh:|[\w.-]+@[\w.-]+:)/.test(repoUrl)
  const asked = inspection.state?.asked
  const isAsked = asked?.repoUrl === repoUrl && asked.branch === branch

  const setChoice = useCallback(
    (dir: string, choice: Choice) => setChoices((now) => ({ ...now, [dir]: choice })),
    [],
  )
  const forgetChoices = () => {
    setChosen(null)
    setChoices({})
    setSlugs({})
  }
  const look = (text = repoUrl) => {
    const isNew = asked?.repoUrl !== text || asked.branch !== branch
    if (!isNew || !/^https?:\/\/[^/\s]+\/\S+$/.test(text)) return
    forgetChoices()
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
      forgetChoices()
    }
  }
  const found = (isAsked && inspection.state?.view?.result?.servers) || []
  const likely = found.find((it) => 'plan' in it) ?? found[0]
  const dirs = found.length === 0 ? [rootDir] : (chosen ?? (likely ? [likely.rootDir] : []))
  const choiceOf = (dir: string) => choices[dir] ?? untouched
  const inputOf = (dir: string) => ({
    repoUrl,
    ...(branch ? { branch } : {}),
    ...(dir ? { rootDir: dir } : {}),
    ...(Object.keys(choiceOf(dir).settings).length > 0 ? { settings: choiceOf(dir).settings } : {}),
  })
  const slugOf = (dir: string) => slugFrom(dir && dir !== '.' ? dir : repoUrl)
  const [first] = dirs
  const isValid = dirs.every((dir) => choiceOf(dir).isValid)
  const several = dirs.map((dir) => ({
    label: dir,
    slug: slugs[dir] ?? slugOf(dir) ?? '',
    onSlug: (slug: string) => setSlugs((now) => ({ ...now, [dir]: slug.trim() })),
    input: inputOf(dir),
  }))
  const draft: SourceDraft = {
    input: repoUrl && isValid && first !== undefined ? inputOf(first) : null,
    missing: missing({ repoUrl, isValid, isChosen: first !== undefined }),
    slug: slugOf(found.length > 0 ? (first ?? '') : ''),
    ...(isValid && several.length > 1 ? { several } : {}),
    env: {},
    deploys: !isSsh,
  }
  return (
    <NewServerForm place={place} draft={draft}>
      {place.hasGithub ? (
        <GithubRepositories
          team={place.team}
          picked={repoUrl}
          onPick={(picked) => {
            change(picked)
            look(picked)
          }}
        />
      ) : null}
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
              : 'https for a public repository, or one of your accounts at GitHub; ssh (git@host:owner/repository.git) for another private one.'
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
          chosen={dirs}
          onChosen={setChosen}
          onChoice={setChoice}
        />
      ) : null}
      {found.length === 0 ? (
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

function missing(has: { repoUrl: string; isValid: boolean; isChosen: boolean }): string {
  if (!has.repoUrl) return 'Enter the URL of a git repository.'
  return has.isChosen ? 'Correct what is marked above.' : 'Choose a server of the repository.'
}
