import type { JobQueue } from '@moorage/bus/jobs'
import type { Deps } from '@moorage/deployments/deps'
import type { GithubClient } from '@moorage/deployments/github/github-client'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import type { Logger } from 'pino'
import type { Collectors } from './collect-logs.ts'
import type { Env } from './env.ts'

/** What every part of the builder works with. */
export type Builder = {
  deps: Deps & { inspectionQueue: JobQueue; github: GithubClient }
  driver: RuntimeDriver
  env: Env
  log: Logger
  collectors: Collectors
  /** Aborts when the builder is told to stop. */
  stopping: AbortSignal
}
