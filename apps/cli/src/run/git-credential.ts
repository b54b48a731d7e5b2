import { createApi } from '../api.ts'
import { findPlatform } from '../credentials.ts'
import { readEnv } from '../env.ts'
import { readStdin } from '../prompt.ts'
import type { GlobalFlags } from '../session.ts'

/**
 * git's credential helper protocol (gitcredentials(7), git-credential(1)): a question in lines of
 * `name=value` on stdin. Only "get" is answered, and only for the git remote of the platform that
 * the key belongs to; else nothing is said, and git asks the next helper or its user.
 */
export async function gitCredential(operation: string, flags: GlobalFlags): Promise<void> {
  if (operation !== 'get') return
  const env = readEnv()
  const asked = readQuestion(await readStdin())
  const platform = findPlatform(env, flags, env.cwd)
  if (!asked || !platform.key) return
  const { gitUrl } = (await createApi(platform).me.get.query()).platform
  if (new URL(gitUrl).origin !== asked.origin) return
  process.stdout.write(`username=moorage\npassword=${platform.key}\n`)
}

function readQuestion(text: string): URL | null {
  const fields = new Map(
    text.split('\n').map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1)] as const
    }),
  )
  const url = fields.get('url') ?? `${fields.get('protocol')}://${fields.get('host')}`
  return URL.canParse(url) ? new URL(url) : null
}
