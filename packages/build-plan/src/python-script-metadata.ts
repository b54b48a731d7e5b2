import { AppError } from '@moorage/domain/error'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { scanSources } from './scan-sources.ts'
import type { SourceTree } from './source-tree.ts'

/** Something to install as one argument, so it must not read as an option. */
export const requirementSchema = z
  .string()
  .max(500)
  .regex(/^[A-Za-z0-9][^\r\n\0]*$/)

const scriptSchema = z.looseObject({
  dependencies: z.array(requirementSchema).max(50).default([]),
  'requires-python': z.string().optional(),
})

export type ScriptMetadata = {
  file: string
  dependencies: string[]
  requiresPython: string | null
}

/** PEP 723's own pattern, for the one type that it defines. */
const block = /^# \/\/\/ script\r?\n((?:^#(?:| .*)\r?\n){1,200})^# \/\/\/\r?$/m

/** What a lone script says of itself, as `uv run server.py` reads it. Throws plan_failed. */
export function readScriptMetadata(tree: SourceTree): ScriptMetadata | null {
  for (const { path, text } of scanSources(tree, ['.py'])) {
    const content = path.includes('/') ? undefined : block.exec(text)?.[1]
    if (content === undefined) continue
    const { dependencies, 'requires-python': requires } = parseBlock(path, content)
    return { file: path, dependencies, requiresPython: requires ?? null }
  }
  return null
}

function parseBlock(path: string, content: string): z.infer<typeof scriptSchema> {
  try {
    return scriptSchema.parse(parse(content.replace(/^# ?/gm, '')))
  } catch (cause) {
    throw new AppError('plan_failed', `The script block at the top of ${path} is not valid.`, {
      hint: 'Check it with `uv run` on your own machine (PEP 723).',
      cause,
    })
  }
}
