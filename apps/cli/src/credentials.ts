import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { CliError } from './cli-error.ts'
import type { Env } from './env.ts'

export type Platform = { url: string; key: string | null; from: string }

const savedSchema = z.object({ url: z.string(), key: z.string() })
const readySchema = z.object({ dashboardUrl: z.string(), adminApiKey: z.string() })

/**
 * Which platform, and with which key: flags, then the environment, then the saved sign-in, then an
 * `npm start` on this machine. A key goes only to the address that it was stored with.
 */
export function findPlatform(
  env: Env,
  flags: { url?: string | undefined; key?: string | undefined },
  cwd: string,
): Platform {
  const stored = [readSaved(env), readReady(env, cwd)].filter((it) => it !== null)
  const named = flags.url ?? env.url
  const url = named ? cleanUrl(named) : stored[0]?.url
  if (!url)
    throw new CliError('No Moorage is known here.', {
      exitCode: 3,
      hint: 'Sign in with: moorage login --url https://...   or start one here: npm start',
    })
  const known = stored.find((it) => it.url === url)
  const key = flags.key ?? env.key ?? known?.key ?? null
  return { url, key, from: flags.key || env.key ? 'given' : (known?.from ?? 'given') }
}

/** The saved sign-in, or null. */
export function readSaved(env: Env): (Platform & { key: string }) | null {
  const parsed = savedSchema.safeParse(readJson(env.configFile))
  return parsed.success ? { ...parsed.data, from: env.configFile } : null
}

export function save(env: Env, login: { url: string; key: string }): void {
  mkdirSync(dirname(env.configFile), { recursive: true, mode: 0o700 })
  rmSync(env.configFile, { force: true })
  writeFileSync(env.configFile, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 })
}

export function forget(env: Env): void {
  rmSync(env.configFile, { force: true })
}

/** What `npm start` wrote: in the data directory, above this directory, or beside the CLI itself. */
export function readReady(env: Env, cwd: string): (Platform & { key: string }) | null {
  const candidates = [
    ...(env.dataDir ? [resolve(cwd, env.dataDir)] : []),
    ...upwards(cwd).map((dir) => join(dir, '.moorage')),
    join(import.meta.dirname, '../../../.moorage'),
  ]
  for (const dir of candidates) {
    const file = join(dir, 'ready.json')
    if (!isPrivate(file)) continue
    const parsed = readySchema.safeParse(readJson(file))
    if (!parsed.success) continue
    const { dashboardUrl, adminApiKey } = parsed.data
    return { url: cleanUrl(dashboardUrl), key: adminApiKey, from: file }
  }
  return null
}

export function cleanUrl(text: string): string {
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`
  if (!URL.canParse(withScheme) || !/^https?:/i.test(withScheme))
    throw new CliError(`"${text}" is not the address of a Moorage.`, {
      exitCode: 2,
      hint: 'For example: --url https://moorage.example.com',
    })
  const url = new URL(withScheme)
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** A file that came with somebody's repository is never private: git keeps no such mode. */
function isPrivate(file: string): boolean {
  try {
    const stat = lstatSync(file)
    const own = process.getuid === undefined || stat.uid === process.getuid()
    return stat.isFile() && own && (process.platform === 'win32' || (stat.mode & 0o077) === 0)
  } catch {
    return false
  }
}

function upwards(dir: string): string[] {
  const parent = dirname(dir)
  return parent === dir ? [dir] : [dir, ...upwards(parent)]
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
