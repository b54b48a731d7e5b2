/** Secrets shorter than this can be guessed offline. */
const minSecretChars = 32

/** What examples and images come with. */
const known = new Set(['postgres', 'password', 'moorage', 'secret', 'changeme', 'redis', 'admin'])

type Source = Record<string, string | undefined>

/**
 * Why this environment must not start, a line a variable; empty where it may. Outside development
 * nothing weak or well known is taken, and what says nothing of itself counts as outside. A secret
 * is never in a line.
 */
export function weakSecrets(env: Source): string[] {
  if (env.MOORAGE_ENV === 'development') return []
  return [
    ...faultOf('MOORAGE_ENCRYPTION_KEY', env, encryptionKeyFault),
    ...faultOf('MOORAGE_AUTH_SECRET', env, authSecretFault),
    ...faultOf('DATABASE_URL', env, passwordFault),
    ...faultOf('REDIS_URL', env, passwordFault),
  ]
}

function faultOf(name: string, env: Source, check: (value: string) => string | null): string[] {
  const value = env[name]
  const fault = value ? check(value) : null
  return fault ? [`${name} ${fault}`] : []
}

function encryptionKeyFault(value: string): string | null {
  if (Buffer.from(value, 'base64').length !== 32)
    return 'must be 32 bytes in base64. Make one with: openssl rand -base64 32'
  return regular(value)
}

function authSecretFault(value: string): string | null {
  if (value.length < minSecretChars)
    return `needs ${minSecretChars} characters or more. Make one with: openssl rand -base64 32`
  return regular(value)
}

function regular(value: string): string | null {
  return new Set(value).size < 8
    ? 'is too regular to be random. Make one with: openssl rand -base64 32'
    : null
}

/** A URL without a password may be a socket, a certificate or the cloud's own sign-in. */
function passwordFault(url: string): string | null {
  const { username, password } = URL.parse(url) ?? {}
  if (!password) return null
  const isKnown = known.has(decodeURIComponent(password).toLowerCase()) || password === username
  return isKnown ? 'has a password that everyone tries first. Set another one' : null
}
