import { callerSecretsSchema } from '@moorage/domain/caller-secrets'
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
  document: z
    .string()
    .min(1)
    .max(2000)
    .describe('A file below the root directory, or an https URL that is read at each deployment.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .describe('Where the API answers; without it, the document’s first server.'),
  include: z
    .array(operationSchema)
    .max(500)
    .optional()
    .describe(
      'The operations that become tools, by operationId or as "GET /pets"; without it, all. `*` stands for any characters, "tag:NAME" for a tag.',
    ),
  exclude: z
    .array(operationSchema)
    .max(500)
    .optional()
    .describe('Operations that become none, named in the same way.'),
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
    .optional()
    .describe('Other names and descriptions for single operations.'),
  headers: headersSchema.optional().describe('Headers of every call of the API.'),
  query: z
    .record(z.string().max(100), argumentSchema)
    .optional()
    .describe('Query parameters of every call of the API.'),
})
export type OpenapiSettings = z.infer<typeof openapiSchema>

/**
 * What a person may settle about a build: moorage.json in the repository, or the server's settings
 * in the dashboard, which come first. Every field replaces what planning would have found.
 */
export const settingsSchema = z.strictObject({
  $schema: z.string().max(1024).optional().describe('Where an editor finds this schema.'),
  name: z.string().max(100).optional().describe('What the server is called, for people.'),
  rootDir: z
    .string()
    .optional()
    .describe(
      'The server’s directory, relative to the repository’s root. In a moorage.json at the root.',
    ),
  dockerfile: z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe(
      'A Dockerfile to build with, relative to the root directory, which is its context; or false: the repository’s own is left aside.',
    ),
  image: z
    .string()
    .max(500)
    .regex(/^[a-z0-9][A-Za-z0-9._:/@-]*$/)
    .optional()
    .describe('An image that exists already, by tag or digest, instead of a build.'),
  openapi: openapiSchema
    .optional()
    .describe('An OpenAPI 3 document whose operations become tools, instead of code.'),
  remote: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2000),
      headers: headersSchema.optional(),
    })
    .optional()
    .describe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: shown as it is written there
      'An MCP server that runs elsewhere: nothing is built, calls go on to its url. Values of headers may name the server’s variables as ${NAME}.',
    ),
  start: commandSchema.optional().describe(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shown as it is written there
    'The command that starts the server: words, or a plain line that needs no shell. ${PORT} and ${HOST} are filled in. `npx -y NAME`, `uvx NAME` and `docker run -i --rm IMAGE` need no repository.',
  ),
  build: commandSchema
    .optional()
    .describe('The command that builds the server, after its dependencies are installed.'),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('The port that the server listens on, where it does not read PORT.'),
  path: z
    .string()
    .max(200)
    .regex(/^\/[A-Za-z0-9._~/-]*$/)
    .optional()
    .describe('The path on which the server speaks MCP; usually /mcp, or /sse.'),
  transport: z
    .enum(['streamable-http', 'sse', 'stdio'])
    .optional()
    .describe('What the server itself speaks. One on stdio is served by a bridge.'),
  python: z
    .string()
    .regex(/^3\.\d{1,2}$/)
    .optional()
    .describe('The version of Python, such as 3.12.'),
  node: z
    .string()
    .regex(/^\d{2}$/)
    .optional()
    .describe('The version of Node, such as 24.'),
  packages: packagesSchema
    .optional()
    .describe(
      'Debian packages that the running server needs, on top of those that it is known to need.',
    ),
  buildPackages: packagesSchema
    .optional()
    .describe(
      'Debian packages that the build alone needs, such as compilers; no image keeps them.',
    ),
  buildSecrets: z
    .array(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/))
    .max(20)
    .optional()
    .describe(
      'The build secrets that the build needs, such as NPM_TOKEN: it gets no others, and ends at once where one is not set. Without it, all of the server’s.',
    ),
  env: z
    .record(envNameSchema, argumentSchema.refine(isOneLine, 'must be one line'))
    .refine((env) => Object.keys(env).length <= 100, 'at most 100 variables')
    .optional()
    .describe('Variables that anybody may read. Secrets belong to the server’s own variables.'),
  callerSecrets: callerSecretsSchema
    .optional()
    .describe(
      'What the server needs from each caller, such as an API token: name, header, and for people description and url (where to get one). Callers of a private server enter it once, and it is a header of their requests. Not for servers on stdio.',
    ),
})
export type Settings = z.infer<typeof settingsSchema>

/** moorage.json of one directory, or nothing set where there is none. Throws plan_failed. */
export function readSettings(tree: SourceTree): Settings {
  if (!tree.files.includes('moorage.json')) return {}
  const parsed = settingsSchema.safeParse(parseJson(tree.read('moorage.json')))
  if (parsed.success) return checkOneSource(parsed.data)
  const issue = parsed.error.issues[0]
  throw invalid(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim().slice(0, 300))
}

/** Each of these says alone what runs. */
function checkOneSource(settings: Settings): Settings {
  const sources = ['dockerfile', 'image', 'openapi', 'remote'] as const
  const given = sources.filter((name) => settings[name])
  if (given.length > 1) throw invalid(`${given.join(' and ')} contradict each other, keep one`)
  return settings
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
