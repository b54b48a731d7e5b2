import type { ApiInputs } from '@moorage/api/app-router'

type CreateInput = ApiInputs['servers']['create']

/** The platform's own values that the new-server page shows and sends. */
export type Place = {
  team: string
  routerUrl: string
  gitUrl: string
  /** The team has an account at GitHub to pick repositories of. */
  hasGithub: boolean
}

type SourceInput = Pick<
  CreateInput,
  'source' | 'repoUrl' | 'branch' | 'rootDir' | 'settings' | 'document'
>

/** What is known of a source while it is being described. */
export type SourceDraft = {
  /** Null while something is missing; `missing` says what. */
  input: SourceInput | null
  missing: string
  /** What the server could be called, or null. */
  slug: string | null
  /** Two or more that are made at once, in the place of `input` and `slug`. */
  several?: OneOfSeveral[]
  /** Variables that came with the source: secrets of headers, of pasted JSON. */
  env: Record<string, string>
  /** Whether creating it deploys it, too. */
  deploys: boolean
}

export type OneOfSeveral = {
  /** What tells it from the others: its directory. */
  label: string
  slug: string
  onSlug: (slug: string) => void
  input: SourceInput
}
