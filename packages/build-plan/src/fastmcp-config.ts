import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { requirementSchema } from './python-script-metadata.ts'
import type { SourceTree } from './source-tree.ts'

/** fastmcp.json v1, as far as a host needs it; fastmcp itself reads the rest at start. */
const configSchema = z.looseObject({
  source: z.looseObject({
    type: z.literal('filesystem').default('filesystem'),
    path: z.string(),
    entrypoint: z
      .string()
      .regex(/^[A-Za-z_]\w{0,80}(?:\(\))?$/)
      .nullish(),
  }),
  environment: z
    .looseObject({
      type: z.literal('uv').default('uv'),
      python: z.string().max(200).nullish(),
      dependencies: z.array(requirementSchema).max(40).nullish(),
      requirements: z.string().nullish(),
      project: z.string().nullish(),
      editable: z.array(z.string()).max(10).nullish(),
    })
    .nullish(),
  deployment: z
    .looseObject({
      transport: z.enum(['stdio', 'http', 'sse', 'streamable-http']).nullish(),
      path: z
        .string()
        .regex(/^\/[A-Za-z0-9._~/-]{0,199}$/)
        .nullish(),
    })
    .nullish(),
})
export type FastmcpConfig = z.infer<typeof configSchema>

/** fastmcp.json of a directory, or null where there is none. Throws plan_failed. */
export function readFastmcpConfig(tree: SourceTree): FastmcpConfig | null {
  if (!tree.files.includes('fastmcp.json')) return null
  const text = tree.read('fastmcp.json')
  if (text === null) throw invalidFastmcpConfig('it is over 1 MiB')
  try {
    return configSchema.parse(JSON.parse(text))
  } catch (cause) {
    const where = cause instanceof z.ZodError ? cause.issues[0]?.path.join('.') : undefined
    const why = where ? `${where.slice(0, 100)} is not as it should be` : 'it is not valid'
    throw invalidFastmcpConfig(why, cause)
  }
}

export function invalidFastmcpConfig(why: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `fastmcp.json cannot be used: ${why}.`, {
    hint: 'Try `fastmcp run fastmcp.json` on your own machine, or delete the file to have the server found without it.',
    cause,
  })
}
