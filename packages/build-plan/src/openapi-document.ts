import { AppError } from '@moorage/domain/error'
import { parse } from 'yaml'
import { z } from 'zod'

const serverSchema = z.looseObject({
  url: z.string().optional(),
  variables: z.record(z.string(), z.looseObject({ default: z.unknown() })).optional(),
})
const documentSchema = z.looseObject({
  openapi: z.coerce.string().regex(/^3\./),
  servers: z.array(serverSchema).nullish(),
  paths: z.record(z.string(), z.unknown()),
})

/**
 * Where the API of an OpenAPI 3 document answers, by its first absolute server (OpenAPI 3.1, 4.8.5),
 * or null. Throws plan_failed where it is no such document, or not one in itself.
 */
export function apiOfDocument(text: string, file: string): string | null {
  const content = parseDocument(text, file)
  if (content?.swagger !== undefined) throw swagger(file)
  const parsed = documentSchema.safeParse(content)
  if (!parsed.success) throw refused(file, 'it is not an OpenAPI 3 document')
  if (/["']?\$ref["']?\s*:\s*["']?(?=[\w./])/.test(text)) throw unbundled(file)
  for (const server of parsed.data.servers ?? []) {
    const url = Object.entries(server.variables ?? {}).reduce(
      (rest, [name, variable]) => rest.replaceAll(`{${name}}`, String(variable.default)),
      server.url ?? '',
    )
    if (/^https?:\/\//.test(url)) return url
  }
  return null
}

function parseDocument(text: string, file: string): Record<string, unknown> | null {
  try {
    const content: unknown = /^\s*\{/.test(text) ? JSON.parse(text) : parse(text)
    return z.record(z.string(), z.unknown()).safeParse(content).data ?? null
  } catch (cause) {
    throw refused(file, 'it is neither JSON nor YAML', cause)
  }
}

function refused(file: string, why: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `${file} cannot be used: ${why}.`, {
    hint: 'Check it with an OpenAPI validator: it needs "openapi": "3.x" and "paths".',
    cause,
  })
}

function swagger(file: string): AppError {
  return new AppError('plan_failed', `${file} is a Swagger 2.0 document, from before OpenAPI 3.`, {
    hint: 'Convert it with `npx swagger2openapi` and commit what comes out as openapi.json.',
  })
}

function unbundled(file: string): AppError {
  return new AppError('plan_failed', `${file} refers to other files ($ref), which are not read.`, {
    hint: 'Make one document of it: npx @redocly/cli bundle openapi.yaml -o openapi.json.',
  })
}
