import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RepoUrl } from '@moorage/deployments/repo-url'
import { type CommandResult, runCommand } from './run-command.ts'

/** With what a repository is read; each goes to its host alone. */
export type Login = {
  /** Over ssh. */
  deployKey?: string | undefined
  /** Over https, as user:password. */
  basic?: string | undefined
}

/** As GitHub takes a token of its App. */
export function appLogin(access: { token: string } | null): Login {
  return access ? { basic: `x-access-token:${access.token}` } : {}
}

/** Where a commit comes from: a checked URL with its pinned address, or the platform's own bare repository. */
export type GitSource =
  | {
      kind: 'remote'
      repo: RepoUrl
      address: string
      login: Login
    }
  | { kind: 'pushed'; path: string }

export type Git = (
  args: string[],
  options?: { onLine?: (line: string) => void },
) => Promise<CommandResult>

type GitOptions = {
  /** The work tree, and the only directory that git may write to. */
  dir: string
  /** For keys and ssh's known hosts; ends with the step. */
  privateDir: string
  source: GitSource
  caFile: string | undefined
  signal: AbortSignal
  timeoutMs: number
}

/**
 * A git that reads no configuration but this: no hooks, no filters, no redirects, no prompts, and
 * only the one transport that the source needs (CVE-2024-32021, CVE-2025-48384: hooks and filters
 * are how a hostile repository runs code in the one who clones it).
 */
export async function openGit(options: GitOptions): Promise<Git> {
  const { source, dir } = options
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    HOME: options.privateDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: source.kind === 'pushed' ? 'file' : source.repo.protocol,
    ...(options.caFile ? { GIT_SSL_CAINFO: options.caFile } : {}),
  }
  const config = [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.autocrlf=false',
    'gc.auto=0',
    // All that comes is one file: see watch-pack.ts.
    'fetch.unpackLimit=1',
  ]
  config.push('protocol.version=2', 'fetch.fsckObjects=true', 'advice.detachedHead=false')
  if (source.kind === 'pushed') config.push(`safe.directory=${source.path}`)
  if (source.kind === 'remote' && source.repo.protocol === 'ssh')
    Object.assign(env, await sshEnv(options.privateDir, source))
  if (source.kind === 'remote' && source.repo.protocol !== 'ssh') {
    const { host, port } = source.repo
    config.push(
      'http.followRedirects=false',
      `http.curloptResolve=${host}:${port}:${bracket(source.address)}`,
    )
    if (source.login.basic) Object.assign(env, basicEnv(source.repo, source.login.basic))
  }
  const fixed = config.flatMap((setting) => ['-c', setting])
  return (args, { onLine } = {}) =>
    runCommand({
      file: 'git',
      args: [...fixed, ...args],
      cwd: dir,
      env,
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      ...(onLine ? { onLine } : {}),
    })
}

/** As configuration in the environment: no argument, address or file holds it, nor a log. */
function basicEnv({ url }: RepoUrl, basic: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(basic).toString('base64')}`,
  }
}

const sshProgram = new URL('../moorage-ssh', import.meta.url).pathname

async function sshEnv(
  privateDir: string,
  source: Extract<GitSource, { kind: 'remote' }>,
): Promise<Record<string, string>> {
  await mkdir(privateDir, { recursive: true, mode: 0o700 })
  const keyFile = join(privateDir, 'deploy-key')
  const configFile = join(privateDir, 'ssh-config')
  await writeFile(keyFile, source.login.deployKey ?? '', { mode: 0o600 })
  await chmod(keyFile, 0o600)
  const lines = [
    'Host *',
    `  HostName ${source.address}`,
    `  HostKeyAlias ${source.repo.host}`,
    `  IdentityFile ${keyFile}`,
    '  IdentitiesOnly yes',
    '  BatchMode yes',
    '  StrictHostKeyChecking accept-new',
    `  UserKnownHostsFile ${join(privateDir, 'known_hosts')}`,
    '  ConnectTimeout 15',
    '  ForwardAgent no',
  ]
  await writeFile(configFile, `${lines.join('\n')}\n`, { mode: 0o600 })
  return { GIT_SSH: sshProgram, GIT_SSH_VARIANT: 'ssh', MOORAGE_SSH_CONFIG: configFile }
}

function bracket(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
