import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Language } from '@moorage/build-plan/plan'
import { z } from 'zod'

const answerSchema = z.record(z.string(), z.string())

/**
 * The operator's command makes the base image of a language: it is given `--image LANGUAGE`, logs on
 * its standard error, and answers with a JSON object of names by language. Throws where it fails.
 */
export async function makeBaseImage(
  command: string[],
  language: Language,
  onLog: (line: string) => void,
): Promise<string> {
  const [file = '', ...args] = command
  const child = spawn(file, [...args, '--image', language], { stdio: ['ignore', 'pipe', 'pipe'] })
  createInterface({ input: child.stderr }).on('line', onLog)
  const [answer, [code]] = await Promise.all([child.stdout.toArray(), once(child, 'close')])
  if (code !== 0) throw new Error(`The base image for ${language} could not be made.`)
  const name = answerSchema.parse(JSON.parse(answer.join('')))[language]
  if (name === undefined) throw new Error(`There is no base image for ${language}.`)
  return name
}
