import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export type ServerAccount = { uid: number; gid: number }

const run = promisify(execFile)

/** Postgres refuses to run as root: then it gets the system user `postgres`, made when missing. */
export async function serverAccount(): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null
  const there = await lookUp()
  if (there) return there
  const identity = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent']
  await run('useradd', [...identity, '--shell', '/usr/sbin/nologin', 'postgres'])
  const made = await lookUp()
  if (!made) throw new Error('The system user postgres could not be made')
  return made
}

async function lookUp(): Promise<ServerAccount | null> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', 'postgres']),
      run('id', ['-g', 'postgres']),
    ])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}
