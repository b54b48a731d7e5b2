import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import { settingsFiles } from '@moorage/build-plan/settings-source'
import type { Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'

/** What the server's row says of its build, in the dashboard's words; the schema may have grown since. */
export function settingsOf(server: Pick<Server, 'settings'>): Settings {
  const parsed = settingsSchema.safeParse(server.settings)
  if (parsed.success) return parsed.data
  throw new AppError('plan_failed', 'The settings of this server are not valid any more.', {
    message: parsed.error.message,
    hint: 'Save them again.',
  })
}

/** A server without a repository: a directory with its settings and what was uploaded with them. */
export async function writeSettingsSource(
  dir: string,
  server: Pick<Server, 'settings' | 'document'>,
): Promise<void> {
  const files = settingsFiles(settingsOf(server), server.document)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    if (name !== basename(name) || name.startsWith('.')) throw badName()
    await writeFile(join(dir, name), content)
  }
}

function badName(): AppError {
  return new AppError('plan_failed', 'The uploaded document has no plain file name.', {
    hint: 'Upload it again under a name such as openapi.json.',
  })
}
