import { AppError } from '@moorage/domain/error'
import { parse } from 'yaml'
import { z } from 'zod'
import { settingsSchema } from './settings.ts'
import type { SourceTree } from './source-tree.ts'

const pathSchema = z.string().max(1024).optional()

/**
 * smithery.yaml, as far as it is of use here. `commandFunction` is JavaScript that would give the
 * command: it is never run, not even looked at.
 */
const smitherySchema = z.looseObject({
  runtime: z.enum(['typescript', 'python', 'container']).optional(),
  startCommand: z
    .looseObject({
      type: z.enum(['http', 'stdio']).optional(),
      configSchema: z
        .looseObject({
          required: z.array(z.string().max(200)).max(100).optional(),
          properties: z.record(z.string().max(200), z.unknown()).optional(),
        })
        .optional()
        .catch(undefined),
    })
    .optional(),
  build: z.looseObject({ dockerfile: pathSchema, dockerBuildPath: pathSchema }).optional(),
  env: z.record(z.string(), z.coerce.string()).pipe(settingsSchema.shape.env.unwrap()).optional(),
})
export type SmitheryConfig = z.infer<typeof smitherySchema>

const names = ['smithery.yaml', 'smithery.yml']
const maxLength = 64 * 1024

/** Null where there is none. Throws plan_failed where it cannot be read. */
export function readSmithery(tree: SourceTree): SmitheryConfig | null {
  const file = names.find((name) => tree.files.includes(name))
  if (file === undefined) return null
  try {
    const text = tree.read(file)
    if (text === null || text.length > maxLength) throw new Error('too long')
    return smitherySchema.parse(
      parse(text, { maxAliasCount: 0, schema: 'core', logLevel: 'error' }) ?? {},
    )
  } catch (cause) {
    throw new AppError(
      'plan_failed',
      `${file} cannot be used: it is not as Smithery describes it.`,
      {
        hint: 'Known are runtime, startCommand, build.dockerfile, build.dockerBuildPath and env; it is read up to 64 KiB.',
        cause,
      },
    )
  }
}
