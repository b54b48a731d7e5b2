import { AppError } from '@moorage/domain/error'
import { takePkt } from './pkt-line.ts'

export type RefCommand = { before: string; after: string; ref: string }

export type PushRequest = {
  /** Empty where git only probes (it sends a lone flush before a large pack, to settle sign-in). */
  commands: RefCommand[]
  capabilities: Set<string>
  /** The whole request once more, for git: what was read here, then the rest as it comes. */
  input: AsyncIterable<Buffer>
}

const maxCommandBytes = 1024 * 1024
export const noCommit = '0'.repeat(40)

/** Reads the list of commands off the front of a receive-pack request (gitprotocol-pack). */
export async function readPushRequest(body: AsyncIterable<Buffer>): Promise<PushRequest> {
  const chunks = body[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  let parsed = 0
  const commands: RefCommand[] = []
  const capabilities = new Set<string>()
  for (;;) {
    const packet = take(head.subarray(parsed))
    if (packet === null) {
      const next = await chunks.next()
      if (next.done) throw new AppError('bad_input', 'The push was cut off.')
      head = Buffer.concat([head, next.value])
      if (parsed > maxCommandBytes)
        throw new AppError('too_large', 'Too many branches and tags in one push.', {
          hint: 'Push one branch: git push moorage main',
        })
      continue
    }
    parsed += packet.raw.length
    if (packet.data === null) break
    readCommand(packet.data, commands, capabilities)
  }
  async function* input() {
    yield head
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  return { commands, capabilities, input: input() }
}

function take(buffer: Buffer) {
  try {
    return takePkt(buffer)
  } catch (cause) {
    throw new AppError('bad_input', 'This is not a git push.', { cause })
  }
}

function readCommand(data: Buffer, commands: RefCommand[], capabilities: Set<string>): void {
  const [line = '', extra] = data.toString('utf8').replace(/\n$/, '').split('\0', 2)
  for (const capability of (extra ?? '').split(' ')) capabilities.add(capability)
  if (line.startsWith('shallow ')) return
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(line)
  const [, before, after, ref] = match ?? []
  if (!before || !after || !ref) throw new AppError('bad_input', 'This is not a git push.')
  commands.push({ before, after, ref })
}
