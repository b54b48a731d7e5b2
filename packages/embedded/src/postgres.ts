import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { initCluster } from './postgres-cluster.ts'
import { endOrphan } from './postgres-orphan.ts'
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.ts'
import { type Tethered, tether } from './tether.ts'

export type EmbeddedPostgres = {
  /** Of the superuser, to the database `postgres`. */
  url: string
  pid: number
  ended: Tethered['ended']
  stop: () => Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** Made and filled when missing. */
  dataDir: string
  port: number
  password: string
  /** False for tests: faster, and a power cut loses the data. */
  durable?: boolean
  maxConnections?: number
  onLine?: (line: string) => void
}

/**
 * Postgres on loopback, from the binaries that came with the packages. Ends with this process, in
 * whatever way that ends. A server that an earlier run left behind on the same data directory is
 * ended first. As root it runs as the system user `postgres`, for it refuses to run as root.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const programs = await postgresPrograms(options.dataDir)
  await endOrphan(options.dataDir)
  if (!existsSync(join(options.dataDir, 'PG_VERSION'))) await initCluster(programs, options)
  const server = await startServer(programs, options)
  const password = encodeURIComponent(options.password)
  const url = `postgresql://postgres:${password}@127.0.0.1:${options.port}/postgres`
  return { url, ...server }
}

async function startServer(programs: PostgresPrograms, options: EmbeddedPostgresOptions) {
  const said: string[] = []
  const ready = Promise.withResolvers<void>()
  const { file, args } = programs.asServer('postgres', serverArgs(options))
  const server = await tether({
    file,
    args,
    env: programs.env,
    // Fast shutdown: sessions are ended, everything is written.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
    onLine(line) {
      said.push(line)
      if (said.length > 50) said.shift()
      options.onLine?.(line)
      if (line.includes('database system is ready to accept connections')) ready.resolve()
    },
  })
  const failed = server.ended.then(() => {
    throw new Error(`Postgres did not start:\n${said.join('\n')}`)
  })
  await Promise.race([ready.promise, failed])
  return server
}

function serverArgs(options: EmbeddedPostgresOptions): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(options.maxConnections ?? 100),
    // The line that says it is ready is read above.
    lc_messages: 'C',
    ...(options.durable === false && {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', options.dataDir, '-p', String(options.port), ...flags]
}
