import { homedir } from 'node:os'
import { join } from 'node:path'

export type Env = {
  /** Where the command was typed; `npm run` itself goes to the repository's root first. */
  cwd: string
  url: string | undefined
  key: string | undefined
  /** Where a sign-in is kept. */
  configFile: string
  cacheDir: string
  dataDir: string | undefined
  home: string
  colors: boolean
  /** For git, which is to find its user's own set-up. */
  all: NodeJS.ProcessEnv
}

export function readEnv(): Env {
  const { env } = process
  const home = env.HOME || homedir()
  const typedIn = env.npm_lifecycle_event === 'moorage' ? env.INIT_CWD : undefined
  return {
    cwd: typedIn || process.cwd(),
    url: env.MOORAGE_URL || undefined,
    key: env.MOORAGE_API_KEY || undefined,
    configFile: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'moorage', 'config.json'),
    cacheDir: join(env.XDG_CACHE_HOME || join(home, '.cache'), 'moorage'),
    dataDir: env.MOORAGE_DATA_DIR || undefined,
    home,
    colors: !env.NO_COLOR && env.TERM !== 'dumb',
    all: env,
  }
}
