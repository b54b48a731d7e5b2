import { z } from 'zod'
import { type EncryptionKey, open, seal } from './secret-box.ts'

/** A server that runs elsewhere, with the headers that it wants to see, in the clear. */
export type RemoteTarget = { url: string; headers: Record<string, string> }

/** As it stands in `Instance.remote`: the headers hold secrets. */
export const storedRemoteSchema = z.object({ url: z.url(), headers: z.string() })
const headersSchema = z.record(z.string(), z.string())

/** For Instance.remote: the headers sealed, the URL as it is. */
export function sealRemote(key: EncryptionKey, instanceId: string, target: RemoteTarget) {
  const headers = seal(key, JSON.stringify(target.headers), remoteContext(instanceId))
  return { url: target.url, headers } satisfies z.infer<typeof storedRemoteSchema>
}

/** Throws where the row is malformed, or the key is not the one that it was sealed with. */
export function openRemote(key: EncryptionKey, instanceId: string, stored: unknown): RemoteTarget {
  const { url, headers } = storedRemoteSchema.parse(stored)
  return {
    url,
    headers: headersSchema.parse(JSON.parse(open(key, headers, remoteContext(instanceId)))),
  }
}

/** For `seal`. */
export const remoteContext = (instanceId: string) => `remote:${instanceId}`
