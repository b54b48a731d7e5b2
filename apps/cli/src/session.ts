import { type Api, apiError, createApi } from './api.ts'
import { CliError } from './cli-error.ts'
import { findPlatform, type Platform } from './credentials.ts'
import { type Env, readEnv } from './env.ts'
import { createTerminal, type Terminal } from './terminal.ts'

/** What every command works with. */
export type Session = {
  env: Env
  terminal: Terminal
  cwd: string
  platform: Platform
  api: Api
}

export type GlobalFlags = { url?: string; key?: string; json?: boolean }

/** Runs a command that needs a key, and turns what the API refused into the CLI's own errors. */
export async function withSession(
  flags: GlobalFlags,
  run: (session: Session) => Promise<void>,
): Promise<void> {
  const env = readEnv()
  const { cwd } = env
  const platform = findPlatform(env, flags, cwd)
  if (!platform.key)
    throw new CliError(`You are not signed in to ${platform.url}.`, {
      exitCode: 3,
      hint: 'moorage login, or set MOORAGE_API_KEY. Keys are made in the dashboard.',
    })
  const terminal = createTerminal(env, { json: flags.json ?? false })
  try {
    await run({ env, terminal, cwd, platform, api: createApi(platform) })
  } catch (error) {
    throw apiError(error, platform)
  }
}
