import { createGithubClient } from '@moorage/deployments/github/github-client'
import { startDeps } from '@moorage/deployments/testing/start-deps'
import type { Context } from '../trpc.ts'

export type TestContext = Awaited<ReturnType<typeof startContext>>

/** A request's context over a database of its own, of nobody yet. A fault of ours fails the test. */
export async function startContext() {
  return {
    principal: null,
    principalNow: async () => null,
    deps: {
      ...(await startDeps()),
      github: createGithubClient({ url: 'http://127.0.0.1:9' }),
      mail: null,
      openSignUp: false,
    },
    urls: { routerUrl: 'http://router', gitUrl: 'http://git', dashboardUrl: 'http://web' },
    version: '0',
    reportError: (error) => {
      throw error
    },
  } satisfies Context
}
