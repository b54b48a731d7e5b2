import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type StartOptions = {
  kind: 'start'
  withExample: boolean
  portBase: number
  runtime: 'auto' | 'docker' | 'process'
  verbose: boolean
  dataDir: string
}

export const usage = `usage: npm start -- [options]

  --no-example          leave the bundled example out
  --runtime NAME        docker or process; without it docker where an engine answers
  --port-base N         the dashboard's port (4400); the router takes N+10, git N+20
  --verbose             show the apps' logs from the first line on
  --help                this text

environment: MOORAGE_DATA_DIR (.moorage), DATABASE_URL (embedded Postgres), REDIS_URL (none)`

/** What the command line and the environment ask for. */
export function parseOptions(
  args: string[],
  env: NodeJS.ProcessEnv,
): StartOptions | { kind: 'help' } | { kind: 'refused'; reason: string } {
  const refused = (reason: string) => ({ kind: 'refused' as const, reason })
  const values = parse(args)
  if (typeof values === 'string') return refused(values)
  if (values.help) return { kind: 'help' }
  const portBase = Number(values['port-base'] ?? 4400)
  if (!Number.isInteger(portBase) || portBase < 1 || portBase > 65_000) {
    return refused('--port-base takes a port from 1 to 65000.')
  }
  const runtime = values.runtime ?? (env.MOORAGE_RUNTIME || 'auto')
  if (runtime !== 'auto' && runtime !== 'docker' && runtime !== 'process') {
    return refused(`There is no runtime "${runtime}"; it is docker or process.`)
  }
  return {
    kind: 'start',
    withExample: !values['no-example'],
    portBase,
    runtime,
    verbose: values.verbose ?? false,
    dataDir: resolve(root, env.MOORAGE_DATA_DIR || '.moorage'),
  }
}

function parse(args: string[]) {
  try {
    const flag = { type: 'boolean' } as const
    const text = { type: 'string' } as const
    const options = {
      'no-example': flag,
      verbose: flag,
      help: flag,
      'port-base': text,
      runtime: text,
    }
    return parseArgs({ args, options }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
