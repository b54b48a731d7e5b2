import { AppError } from '@moorage/domain/error'

export type RepoUrl = {
  protocol: 'https' | 'ssh' | 'http'
  host: string
  port: number
  url: string
}

export type RepoUrlPolicy = {
  /** Hosts that the operator allows though they are private or speak plain http ("git.internal:3000"). */
  trustedHosts: readonly string[]
  /** A PEM file with further CAs, for what is read over https here. */
  caFile?: string | undefined
}

const hint = 'Use https://host/owner/repository.git or ssh://git@host/owner/repository.git.'

/**
 * Only https and ssh, no credentials inside, no option in disguise. `git` runs what stands behind
 * `--upload-pack=` and transports such as `ext::`, so nothing else may ever reach its command line.
 */
export function parseRepoUrl(text: string, policy: RepoUrlPolicy): RepoUrl {
  const input = text.trim()
  if (input.startsWith('-'))
    throw new AppError('bad_input', 'A repository URL may not begin with "-".', { hint })
  if (/[\p{Cc} \\]/u.test(input) || input.length > 2000)
    throw new AppError('bad_input', 'This is not a repository URL.', { hint })
  const scp = /^([A-Za-z0-9_][\w.-]*)@([\w.-]+):(?!\/\/)(.+)$/.exec(input)
  const url = parse(scp ? `ssh://${scp[1]}@${scp[2]}/${scp[3]?.replace(/^\//, '')}` : input)
  const protocol = url.protocol.slice(0, -1)
  const trusted = policy.trustedHosts.includes(url.host)
  if (protocol !== 'https' && protocol !== 'ssh' && !(protocol === 'http' && trusted))
    throw new AppError('bad_input', `Moorage fetches over https and ssh only, not ${protocol}.`, {
      hint:
        protocol === 'file'
          ? 'For a local repository: git push to Moorage, or moorage deploy .'
          : hint,
    })
  if (url.password || (url.username && protocol !== 'ssh'))
    throw new AppError(
      'bad_input',
      'A repository URL may not hold a user name, password or token.',
      {
        hint: 'Use an ssh URL with a deploy key, or push the repository to Moorage.',
      },
    )
  if (
    /^-/.test(url.hostname) ||
    /^-/.test(url.username) ||
    url.pathname.length < 2 ||
    url.search ||
    url.hash
  )
    throw new AppError('bad_input', 'This is not a repository URL.', { hint })
  const port = Number(url.port || { https: 443, http: 80, ssh: 22 }[protocol])
  return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port, url: url.href }
}

function parse(input: string): URL {
  try {
    return new URL(input)
  } catch (cause) {
    throw new AppError('bad_input', 'This is not a repository URL.', { hint, cause })
  }
}

/** A branch or tag name as git-check-ref-format(1) has it, in the part that we need. */
export function checkRef(ref: string): string {
  const bad = /(^[-/.])|(\.\.)|(@\{)|([\s~^:?*[\\])|(\/\/)|([/.]$)|(\.lock$)/
  if (ref.length === 0 || ref.length > 255 || bad.test(ref) || /\p{Cc}/u.test(ref))
    throw new AppError('bad_input', 'This is not a branch or tag name.', {
      hint: 'For example: main, or release/1.2',
    })
  return ref
}

/** A directory inside the repository, normalised; '.' is its root. */
export function checkRootDir(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || parts.includes('..') || /[\p{Cc}\\]/u.test(path) || path.length > 500)
    throw new AppError('bad_input', 'The root directory must be a path inside the repository.', {
      hint: 'For example: servers/weather',
    })
  return parts.join('/') || '.'
}
