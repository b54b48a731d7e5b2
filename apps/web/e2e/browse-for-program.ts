import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Stream } from 'node:stream'

/** Runs a program to its end; the first address that it writes for a browser is opened. */
export async function runWithBrowser(
  file: string,
  args: string[],
  env: Record<string, string>,
  browse: (url: string) => Promise<void>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, { env: { NODE_ENV: 'production', ...env } })
  child.stdin.end()
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  const ended = once(child, 'close')
  const link = Promise.any([firstLink(child.stdout), firstLink(child.stderr)]).catch(() => null)
  const url = await link
  if (url) await browse(url).finally(() => setTimeout(() => child.kill(), 30_000).unref())
  await ended
  return { code: child.exitCode, output }
}

/** Rejects where the stream ends before there was one. */
export function firstLink(stream: Stream | null): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream?.on('data', (chunk: Buffer) => {
      text += chunk
      const found = text.match(/http:\/\/\S+\/oauth2\/authorize\?\S+(?=\s)/)?.[0]
      if (found) resolve(found)
    })
    stream?.on('end', () => reject(new Error(`It has shown no address:\n${text}`)))
  })
}
