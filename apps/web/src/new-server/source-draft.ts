import type { ApiInputs } from '@moorage/api/app-router'

type CreateInput = ApiInputs['servers']['create']

/** The platform's own values that the new-server page shows and sends. */
export type Place = { team: string; routerUrl: string; gitUrl: string }

/** What is known of a source while it is being described. */
export type SourceDraft = {
  /** Null while something is missing; `missing` says what. */
  input: Pick<
    CreateInput,
    'source' | 'repoUrl' | 'branch' | 'rootDir' | 'settings' | 'document'
  > | null
  missing: string
  /** What the server could be called, or null. */
  slug: string | null
  /** Variables that came with the source: secrets of headers, of pasted JSON. */
  env: Record<string, string>
  /** Whether creating it deploys it, too. */
  deploys: boolean
}
