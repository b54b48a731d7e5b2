import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { SourceTree } from './source-tree.ts'
import { splitCommand } from './split-command.ts'

const argumentSchema = z.string().max(4096)

export const commandSchema = z
  .union([argumentSchema, z.array(argumentSchema).min(1).max(64)])
  .transform((value, context) => {
    const words = typeof value === 'string' ? splitCommand(value) : value
    if (words !== null && words.length > 0 && words.length <= 64) return words
    context.addIssue('must be an array of arguments, or a plain line that needs no shell')
    return z.NEVER
  })

/** PORT and HOST are the platform's to set; `port` says which one the server wants. */
const envNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/)
  .refine((name) => name !== 'PORT' && name !== 'HOST', 'PORT and HOST are set by the platform')

const packagesSchema = z
  .array(
    z
      .string()
      .max(100)
      .regex(/^[a-z0-9][a-z0-9.+-]*$/),
  )
  .max(50)

/** Values may name variables of the server's environment as `${NAME}`, which is where secrets go. */
const headersSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/),
    argumentSchema.refine(isOneLine, 'must be one line'),
  )
  .refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers')

/** Names an operation: its operationId, or "GET /pets/{id}". */
const operationSchema = z.string().min(1).max(300)

/** An OpenAPI 3 document whose operations become tools. */
const openapiSchema = z.strictObject({
  /** A file below the root directory, or an https URL that is read at each deployment. */
  document: z.string().min(1).max(2000),
  /** Where the API answers; without it, the document's first server. */
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  /** The operations that become tools; without it, all. `*` stands for any characters, "tag:NAME" for a tag. */
  include: z.array(operationSchema).max(500).optional(),
  exclude: z.array(operationSchema).max(500).optional(),
  /** Other names and descriptions for single operations. */
  tools: z
    .record(
      operationSchema,
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,128}$/)
          .optional(),
        description: z.string().max(4000).optional(),
      }),
    )
    .optional(),
  /** Sent along with every call of the API. */
  headers: headersSchema.optional(),
  query: z.record(z.string().max(100), argumentSchema).optional(),
})
export type OpenapiSettings = z.infer<typeof openapiSchema>

/**
 * What a person may settle about a build: moorage.json in the repository, or the server's settings
 * in the dashboard, which come first. Every field replaces what planning would have found.
 */
export const settingsSchema = z.strictObject({
  $schema: z.string().max(1024).optional(),
  name: z.string().max(100).optional(),
  rootDir: z.string().optional(),
  dockerfile: z.string().optional(),
  /** An image that exists already, by tag or digest, instead of a build. */
  image: z
    .string()
    .max(500)
    .regex(/^[a-z0-9][A-Za-z0-9._:/@-]*$/)
    .optional(),
  openapi: openapiSchema.optional(),
  /** An MCP server that runs elsewhere: nothing is built, calls go on to it. */
  remote: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2000),
      headers: headersSchema.optional(),
    })
    .optional(),
  start: commandSchema.optional(),
  build: commandSchema.optional(),
  port: z.int().min(1).max(65535).optional(),
  path: z
    .string()
    .max(200)
    .regex(/^\/[A-Za-z0-9._~/-]*$/)
    .optional(),
  transport: z.enum(['streamable-http', 'sse', 'stdio']).optional(),
  python: z
    .string()
    .regex(/^3\.\d{1,2}$/)
    .optional(),
  node: z
    .string()
    .regex(/^\d{2}$/)
    .optional(),
  packages: packagesSchema.optional(),
  buildPackages: packagesSchema.optional(),
  env: z
    .record(envNameSchema, argumentSchema.refine(isOneLine, 'must be one line'))
    .refine((env) => Object.keys(env).length <= 100, 'at most 100 variables')
    .optional(),
})
export type Settings = z.infer<typeof settingsSchema>

/** moorage.json of one directory, or nothing set where there is none. Throws plan_failed. */
export function readSettings(tree: SourceTree): Settings {
  if (!tree.files.includes('moorage.json')) return {}
  const parsed = settingsSchema.safeParse(parseJson(tree.read('moorage.json')))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalid(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim().slice(0, 300))
}

function isOneLine(value: string): boolean {
  return !/[\r\n\0]/.test(value)
}

function parseJson(text: string | null): unknown {
  if (text === null) throw invalid('it is over 1 MiB')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not valid JSON', cause)
  }
}

function invalid(why: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `moorage.json cannot be used: ${why}.`, {
    hint: `Known fields: ${Object.keys(settingsSchema.shape).join(', ')}.`,
    cause,
  })
}
