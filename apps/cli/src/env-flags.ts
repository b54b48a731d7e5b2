import { CliError } from './cli-error.ts'
import type { Session } from './session.ts'

/** `-e KEY=VALUE`, or `-e KEY` for the value that it has in the shell, which no process list shows. */
export function envFlags(session: Pick<Session, 'env'>, texts: string[] = []) {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at >= 0) return [text.slice(0, at), text.slice(at + 1)]
      const value = session.env.all[text]
      if (value !== undefined) return [text, value]
      throw new CliError(`-e ${text} names no variable of this shell.`, {
        exitCode: 2,
        hint: `-e ${text}=VALUE, or export it first.`,
      })
    }),
  )
}

export async function setVariables(
  { api }: Pick<Session, 'api'>,
  slug: string,
  env: Record<string, string>,
): Promise<void> {
  for (const [key, value] of Object.entries(env)) await api.env.set.mutate({ slug, key, value })
}
