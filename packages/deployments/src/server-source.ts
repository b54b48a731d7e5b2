import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import { planSettings } from '@moorage/build-plan/settings-source'
import type { Prisma, Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'

const maxDocumentBytes = 1024 * 1024
const maxSettingsLength = 128 * 1024

type SourceFields = Pick<Server, 'source' | 'repoUrl' | 'document'> & { settings: unknown }

/**
 * What is kept of a server's source. One that its settings alone describe has to have a plan
 * already, so that a mistake is told to whoever makes it. Throws `bad_input`, `too_large` and
 * `plan_failed`.
 */
export function checkSource(source: SourceFields): { settings: Prisma.InputJsonObject } {
  const settings = settingsOf(source)
  if (JSON.stringify(settings).length > maxSettingsLength)
    throw new AppError('too_large', 'The settings are over 128 KB.')
  if (Buffer.byteLength(source.document ?? '') > maxDocumentBytes)
    throw new AppError('too_large', 'The OpenAPI document is over 1 MB.', {
      hint: 'Give its https address instead: it is read from there at each deployment.',
    })
  if (source.source === 'settings') checkAlone(source, settings)
  return { settings: settings as Prisma.InputJsonObject }
}

function checkAlone({ repoUrl, document }: SourceFields, settings: Settings): void {
  if (repoUrl)
    throw new AppError('bad_input', 'A server comes from a repository or from its settings alone.')
  if (!settings.start && !settings.image && !settings.openapi && !settings.remote)
    throw new AppError('bad_input', 'Without a repository the settings have to say what runs.', {
      hint: 'Set one of start (a command that names a package), image, openapi and remote.',
    })
  planSettings(settings, document)
}

/** The settings of a row; none where they are of a form that is no longer known. */
export function settingsOf({ settings }: Pick<SourceFields, 'settings'>): Settings {
  return settingsSchema.safeParse(settings).data ?? {}
}

/** In one line, what a server without a repository is made of. */
export function sourceLine({ source, ...row }: Pick<Server, 'source' | 'settings'>): string | null {
  if (source === 'git') return null
  const { remote, image, openapi, start } = settingsOf(row)
  const line = remote?.url ?? image ?? openapi?.document ?? start?.join(' ')
  return line?.slice(0, 200) ?? ''
}
