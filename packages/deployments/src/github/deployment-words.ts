import type { DeploymentStatus, Failure } from '@moorage/domain/deployment'

/** How GitHub has it: docs.github.com, Commit statuses and Deployment statuses. */
export type GithubWords = {
  commit: 'pending' | 'success' | 'failure' | 'error'
  deployment: 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive'
  /** For people; GitHub takes 140 characters. */
  text: string
}

export function githubWords(status: DeploymentStatus, failure: Failure | null): GithubWords {
  switch (status) {
    case 'queued':
      return { commit: 'pending', deployment: 'queued', text: 'Waits for a builder.' }
    case 'building':
    case 'starting':
      return { commit: 'pending', deployment: 'in_progress', text: 'Is being built and started.' }
    case 'live':
    case 'retired':
      return { commit: 'success', deployment: 'success', text: 'Is live.' }
    case 'failed': {
      const why = failure ? `Failed in ${failure.step}: ${failure.message}` : 'Failed.'
      return { commit: 'failure', deployment: 'failure', text: short(why) }
    }
    case 'canceled':
      return { commit: 'error', deployment: 'error', text: 'Was canceled.' }
    case 'superseded':
      return { commit: 'error', deployment: 'inactive', text: 'A newer version took its place.' }
  }
}

/** A fork's commit, of which nothing runs yet. */
export function waitingWords(fork: string | null): Pick<GithubWords, 'commit' | 'text'> {
  const whose = fork ? `It comes from ${fork}` : 'It comes from a fork'
  return {
    commit: 'pending',
    text: short(`${whose} and waits for a member of the team to approve it.`),
  }
}

const short = (text: string) => (text.length > 140 ? `${text.slice(0, 139)}…` : text)
