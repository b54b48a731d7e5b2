import type { ApiOutputs, AppRouter } from '@moorage/api/app-router'
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import superjson from 'superjson'
import { CliError, type ExitCode } from './cli-error.ts'
import type { Platform } from './credentials.ts'

export type Api = ReturnType<typeof createApi>
export type Deployment = ApiOutputs['deployments']['get']
export type ServerDetails = ApiOutputs['servers']['get']

const timeoutMs = 30_000

/** Every error comes out as a CliError, with the exit code that fits. */
export function createApi(platform: Pick<Platform, 'url' | 'key'>) {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${platform.url}/api/trpc`,
        transformer: superjson,
        headers: platform.key ? { authorization: `Bearer ${platform.key}` } : {},
        fetch: (input, init) =>
          fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(timeoutMs) }),
      }),
    ],
  })
}

/** What a failed call means for the person who made it. */
export function apiError(error: unknown, platform: Pick<Platform, 'url' | 'from'>): unknown {
  if (!(error instanceof TRPCClientError)) return error
  const data: unknown = error.data
  if (isErrorData(data)) {
    return refused({ ...data.error, message: error.message })
  }
  if (isFetchFailure(error)) return unreachable(error, platform)
  return new CliError(`${platform.url} is not a Moorage, or not one that this CLI understands.`, {
    hint: 'Check the address: it is the one of the dashboard.',
    cause: error,
  })
}

/** What the platform said against a request. */
export function refused(said: { code: string; message: string; hint: string | null }): CliError {
  const { code, message, hint } = said
  return new CliError(message, { hint, code, exitCode: exitCodes[code] ?? 1 })
}

export function unreachable(
  cause: unknown,
  { url, from }: Pick<Platform, 'url' | 'from'>,
): CliError {
  return new CliError(`${url} does not answer.`, {
    hint: from.endsWith('ready.json')
      ? 'Is it still running? Start it with: npm start'
      : 'Check the address and the network, or sign in elsewhere: moorage login',
    code: 'unreachable',
    cause,
  })
}

/** Whether trying again may help: the platform restarts, the network is away. */
export function isTransient(error: unknown): boolean {
  return error instanceof TRPCClientError && !isErrorData(error.data)
}

const exitCodes: Record<string, ExitCode> = { bad_input: 2, unauthenticated: 3, not_found: 4 }

function isErrorData(data: unknown): data is { error: { code: string; hint: string | null } } {
  if (typeof data !== 'object' || data === null || !('error' in data)) return false
  const { error } = data
  return typeof error === 'object' && error !== null && 'code' in error && 'hint' in error
}

function isFetchFailure(error: TRPCClientError<AppRouter>): boolean {
  return error.cause instanceof TypeError || error.cause?.name === 'TimeoutError'
}
