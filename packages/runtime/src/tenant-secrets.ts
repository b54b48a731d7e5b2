/** A build secret of a server: what its steps find in a file, in a variable of the same name, and more. */
export type TenantSecret = {
  name: string
  file: string
  value: string
  /** What points tools to the file. */
  env: Record<string, string>
}

/**
 * Each secret is a variable of the build's steps and a file below `dir`. Some names mean more:
 * GIT_CREDENTIALS (lines of the form https://user:token@host) and GIT_SSH_KEY are taken by git itself,
 * with GIT_KNOWN_HOSTS as the hosts that the key may be shown to; NPM_TOKEN and NPMRC by npm
 * (`npmConfig`). PIP_INDEX_URL, UV_INDEX_URL and the like are what pip and uv call their own.
 */
export function tenantSecrets(secrets: Record<string, string>, dir: string): TenantSecret[] {
  return Object.entries(secrets).map(([name, text]) => {
    const file = `${dir}/${name}`
    // Keys and lists of lines are read to their last line break.
    const value = /^(GIT_|NPMRC$)/.test(name) ? `${text.trimEnd()}\n` : text
    return { name, file, value, env: envOf(name, file, secrets, dir) }
  })
}

function envOf(
  name: string,
  file: string,
  secrets: Record<string, string>,
  dir: string,
): Record<string, string> {
  if (name === 'GIT_CREDENTIALS')
    return {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: `store --file=${file}`,
      GIT_TERMINAL_PROMPT: '0',
    }
  if (name !== 'GIT_SSH_KEY') return {}
  const hosts =
    'GIT_KNOWN_HOSTS' in secrets
      ? `-o StrictHostKeyChecking=yes -o UserKnownHostsFile=${dir}/GIT_KNOWN_HOSTS`
      : '-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/dev/null'
  return { GIT_SSH_COMMAND: `ssh -i ${file} -o IdentitiesOnly=yes ${hosts}` }
}

/**
 * npm's own configuration: the operator's registry, whose URL may hold credentials that npm takes in
 * a form of its own alone, and what a server's NPM_TOKEN and NPMRC say. Null where there is none.
 */
export function npmConfig(
  registry: string | null,
  { NPM_TOKEN, NPMRC }: Record<string, string>,
): string | null {
  if (!registry && !NPM_TOKEN && !NPMRC) return null
  const url = new URL(registry ?? 'https://registry.npmjs.org/')
  const { username, password } = url
  url.username = ''
  url.password = ''
  const at = `//${url.host}${url.pathname}`
  const lines = registry ? [`registry=${url.href}`] : []
  if (username && !NPM_TOKEN) {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    lines.push(`${at}:_auth=${Buffer.from(pair).toString('base64')}`)
  }
  if (NPM_TOKEN) lines.push(`${at}:_authToken=${NPM_TOKEN}`)
  if (NPMRC) lines.push(NPMRC.trimEnd())
  return `${lines.join('\n')}\n`
}
