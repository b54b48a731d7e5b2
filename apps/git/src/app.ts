import type { Deps } from '@moorage/deployments/deps'
import type { Urls } from '@moorage/deployments/views'
import type { GitPrograms } from './run-git.ts'

/** What every request of this app works on. */
export type App = {
  deps: Deps
  urls: Urls & { dashboardUrl: string }
  git: GitPrograms
  /** Holds the bare repositories, `<serverId>.git`. */
  repositoriesDir: string
  /** One line for the operator. */
  log: (line: string) => void
  /** Aborts when the process is to end: nobody is kept waiting for a build then. */
  ending: AbortSignal
}
