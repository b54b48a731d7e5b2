import { randomBytes } from 'node:crypto'
import { CliError } from './cli-error.ts'
import type { PackedSource } from './pack-source.ts'
import { git, tryGit } from './run-git.ts'
import type { Session } from './session.ts'

const author = {
  GIT_AUTHOR_NAME: 'moorage deploy',
  GIT_AUTHOR_EMAIL: 'deploy@moorage.invalid',
  GIT_COMMITTER_NAME: 'moorage deploy',
  GIT_COMMITTER_EMAIL: 'deploy@moorage.invalid',
}

/**
 * Sends the tree as a commit of its own, without history, so that it works from a shallow clone
 * too. Returns the commit's hash. The key travels in the environment: no argument, no file, no
 * credential store ever holds it.
 */
export async function pushUpload(
  session: Session,
  input: { source: PackedSource; slug: string; gitUrl: string },
): Promise<string> {
  const { source, slug } = input
  const { env } = session
  // The nonce makes the hash this upload's own, also when nothing changed since the last.
  const nonce = randomBytes(8).toString('hex')
  const commit = await git(
    env,
    source.cwd,
    ['commit-tree', source.tree, '-m', source.message, '-m', `Upload: ${nonce}`],
    { env: { ...source.env, ...author }, config: [['commit.gpgSign', 'false']] },
  )
  const gitUrl = input.gitUrl.replace(/\/+$/, '')
  const pushed = await tryGit(
    env,
    source.cwd,
    [
      'push',
      '--no-verify',
      '--',
      `${gitUrl}/${slug}.git`,
      `${commit}:refs/moorage/upload/${nonce}`,
    ],
    {
      env: { ...source.env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', LC_ALL: 'C' },
      config: [
        [`http.${gitUrl}/.extraHeader`, `Authorization: Bearer ${session.platform.key ?? ''}`],
        [`http.${gitUrl}/.extraHeader`, 'Moorage-Follow: no'],
        ['http.followRedirects', 'false'],
        ['credential.helper', ''],
        ['push.gpgSign', 'false'],
        ['push.recurseSubmodules', 'no'],
      ],
    },
  )
  if (pushed.code !== 0) throw refusal(pushed.stderr, gitUrl)
  return commit
}

/** What the platform said, where it said something; else what git did. */
function refusal(stderr: string, gitUrl: string): CliError {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.flatMap((line) => /^remote: (.+)$/.exec(line)?.[1]?.trim() ?? [])
  const [message, ...hints] = said
  if (message) return new CliError(message, { hint: hints.join('\n  ') || null })
  const fatal = lines.findLast((line) => /^(fatal|error): /.test(line))
  return new CliError(
    `Sending the code to ${gitUrl} failed: ${fatal?.replace(/^\w+: /, '') ?? stderr.trim()}`,
    {
      hint: 'Does the platform say the right address for git? moorage whoami --json',
    },
  )
}
