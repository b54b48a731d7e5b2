import { Refusal, refusalSchema } from '../api-client/error-text.ts'

/** Sends a .tar.gz, as the browser reads it from the disk. Throws what errorText shows. */
export async function postBackup(slug: string, file: File): Promise<void> {
  const response = await fetch(`/api/volumes/${slug}/backups`, { method: 'POST', body: file })
  if (!response.ok) throw new Refusal(refusalSchema.parse(await response.json()).error)
}
