import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@moorage/domain/error'
import type { App } from './app.ts'
import { spawnGit } from './run-git.ts'
import { writeOut } from './write-out.ts'

type Exchange = {
  args: string[]
  protocol: string | null
  input: AsyncIterable<Buffer> | null
  response: ServerResponse
  /** Sends the head. Not called where git says nothing at all and fails. */
  onStart: () => void
}

/** Input to git, its output to the client, neither held back. A client that leaves ends git. */
export async function pipeGit(app: App, exchange: Exchange): Promise<void> {
  const { response, input } = exchange
  const child = spawnGit(
    app.git,
    exchange.args,
    exchange.protocol ? { GIT_PROTOCOL: exchange.protocol } : {},
  )
  const ended = once(child, 'close')
  const complaint = collect(child.stderr)
  const stop = () => child.kill()
  response.once('close', stop)
  try {
    const fed = input ? pipeline(input, child.stdin) : Promise.resolve(child.stdin.end())
    // git closes its input early where it has heard enough; its exit code is what counts.
    const feeding = fed.catch((error: unknown) => (error instanceof AppError ? error : null))
    for await (const chunk of child.stdout) {
      if (!response.headersSent) exchange.onStart()
      await writeOut(response, chunk)
    }
    const refused = await feeding
    const [code] = await ended
    if (refused && !response.headersSent) throw refused
    if (code !== 0) fail(app, exchange, await complaint)
    if (!response.headersSent) exchange.onStart()
    response.end()
  } finally {
    response.off('close', stop)
    stop()
  }
}

function fail(app: App, exchange: Exchange, complaint: string): void {
  if (exchange.response.destroyed) return
  app.log(`git ${exchange.args[0]} failed: ${complaint.trim()}`)
  if (!exchange.response.headersSent)
    throw new AppError('internal', 'git could not answer.', { message: complaint })
}

/** What git says on its error output, up to a few lines. */
export async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) if (text.length < 4096) text += chunk.toString('utf8')
  return text
}
