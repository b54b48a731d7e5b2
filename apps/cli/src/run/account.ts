import { apiError, createApi } from '../api.ts'
import { browse } from '../browse.ts'
import { CliError } from '../cli-error.ts'
import { cleanUrl, forget, readReady, readSaved, save } from '../credentials.ts'
import { deviceLogin } from '../device-login.ts'
import { readEnv } from '../env.ts'
import { ask, readSecret } from '../prompt.ts'
import type { GlobalFlags, Session } from '../session.ts'
import { createTerminal, plain, type Terminal } from '../terminal.ts'

export type LoginFlags = GlobalFlags & { device?: boolean; withKey?: boolean }

export async function login(flags: LoginFlags): Promise<void> {
  const env = readEnv()
  const terminal = createTerminal(env, { json: flags.json ?? false })
  const url = cleanUrl(flags.url ?? env.url ?? (await askForUrl(terminal)))
  const key = (flags.key ?? env.key ?? (await getKey(terminal, url, flags))).trim()
  const platform = { url, key, from: 'given' }
  const me = await createApi(platform)
    .me.get.query()
    .catch((error: unknown) => {
      throw apiError(error, platform)
    })
  if (!me.principal)
    throw new CliError('This API key is unknown, expired or revoked.', {
      exitCode: 3,
      hint: `Make one in the dashboard: ${url}`,
    })
  save(env, { url, key })
  if (terminal.json) return terminal.printJson({ url, ...me })
  terminal.print(`Signed in to ${url} as ${describe(me)}`)
  terminal.note(`Saved in ${env.configFile}`)

  async function askForUrl(at: Terminal): Promise<string> {
    const local = readReady(env, env.cwd)?.url
    if (!at.interactive) {
      if (local) return local
      throw new CliError('Which platform?', {
        exitCode: 2,
        hint: 'moorage login --url https://...',
      })
    }
    return (await ask(`Address of the dashboard${local ? ` [${local}]` : ''}: `)) || local || ''
  }
}

/** From who allows it in the dashboard, where a person is here to do that; else it is given. */
async function getKey(terminal: Terminal, url: string, flags: LoginFlags): Promise<string> {
  if (flags.device || (terminal.interactive && !flags.withKey))
    return deviceLogin(url, ({ code, page }) => {
      terminal.note(`Open this page and allow it; it shows the code ${code}:`)
      terminal.note(`  ${page}`)
      if (terminal.interactive) browse(page)
    })
  if (terminal.interactive) terminal.note(`Keys are made in the dashboard: ${url}`)
  return readSecret(terminal, 'API key: ')
}

export function logout(flags: GlobalFlags): void {
  const env = readEnv()
  const terminal = createTerminal(env, { json: flags.json ?? false })
  const saved = readSaved(env)
  forget(env)
  if (terminal.json) {
    terminal.printJson({ url: saved?.url ?? null })
    return
  }
  terminal.print(saved ? `Signed out of ${saved.url}` : 'You were not signed in.')
  if (saved) terminal.note(`The key stays good until it is revoked: ${saved.url}/keys`)
}

export async function whoami({ api, platform, terminal }: Session): Promise<void> {
  const me = await api.me.get.query()
  if (!me.principal)
    throw new CliError('This API key is unknown, expired or revoked.', {
      exitCode: 3,
      hint: `It comes from: ${platform.from}. Sign in with: moorage login`,
    })
  if (terminal.json) return terminal.printJson({ url: platform.url, from: platform.from, ...me })
  terminal.print(`${platform.url}  (version ${me.platform.version})`)
  terminal.print(describe(me))
  terminal.note(`The key comes from: ${platform.from}`)
}

function describe(me: Awaited<ReturnType<Session['api']['me']['get']['query']>>): string {
  const teams = me.teams.map((team) => plain(team.name)).join(', ')
  const scopes = me.principal?.scopes ? ` (${me.principal.scopes.join(', ')})` : ''
  return `${plain(me.principal?.name ?? '')}${scopes}, team ${teams}`
}
