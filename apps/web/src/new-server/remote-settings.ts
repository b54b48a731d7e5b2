import { type Settings, settingsSchema } from '@moorage/build-plan/settings'

/** The settings of a server that runs elsewhere, or what is wrong with its address or headers. */
export function remoteSettings(
  url: string,
  headers: Record<string, string>,
): {
  settings: Settings | null
  fault: string | undefined
} {
  const given = Object.keys(headers).length > 0 ? { headers } : {}
  const parsed = settingsSchema.safeParse({ remote: { url, ...given } })
  if (parsed.success) return { settings: parsed.data, fault: undefined }
  const isUrl = parsed.error.issues[0]?.path.includes('url')
  return {
    settings: null,
    fault: isUrl ? 'Write it as https://host/path.' : parsed.error.issues[0]?.message,
  }
}
