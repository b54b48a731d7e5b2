/** What happened to a repository, in the same words whichever forge tells it. */
export type ForgeEvent =
  | { kind: 'push'; branch: string; commit: ForgeCommit }
  | { kind: 'branch-deleted'; branch: string }
  | {
      kind: 'request'
      number: number
      isOpen: boolean
      /** The branch that is to be merged, in the repository that it is in. */
      branch: string
      commit: ForgeCommit
      /** That repository, owner/name, where it is not the one that is merged into. */
      fork: string | null
      /** Where a fork's commit can be fetched from the repository itself; null: it cannot. */
      forkRef: string | null
    }
  | { kind: 'nothing'; why: string }

/** Bitbucket gives the beginning of a commit's id alone with its pull requests. */
export type ForgeCommit = { sha: string; message: string }

export type ForgeMessage = {
  events: ForgeEvent[]
  /** Under which addresses the forge knows the repository; none: the hook's own is meant. */
  repositories: string[]
}

export const forges = ['github', 'gitlab', 'gitea', 'bitbucket', 'generic'] as const
export type Forge = (typeof forges)[number]

export const noCommit = /^0+$/

/** The branch that a full ref names; null for tags and all else. */
export function branchOf(ref: string): string | null {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null
}

/** A push or a deletion, as git itself has it. */
export function pushEvent(ref: string, sha: string, message: string): ForgeEvent {
  const branch = branchOf(ref)
  if (branch === null) return { kind: 'nothing', why: 'Tags are not deployed.' }
  if (noCommit.test(sha)) return { kind: 'branch-deleted', branch }
  return { kind: 'push', branch, commit: { sha, message } }
}
