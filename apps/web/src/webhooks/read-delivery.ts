import { AppError } from '@moorage/domain/error'

const maxBodyBytes = 5 * 1024 * 1024

/** The raw bytes, which are what is signed; cut off past the cap, whatever length was announced. */
export async function readDelivery(request: Request): Promise<Uint8Array> {
  const tooLarge = new AppError('too_large', 'This delivery is over 5 MB.')
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
