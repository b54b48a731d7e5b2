import { parse } from 'yaml'
import { z } from 'zod'

export type Operation = {
  /** Its operationId, or "GET /pets/{id}": how the settings name it. */
  key: string
  method: string
  path: string
  summary: string
}

export type OpenapiText = {
  title: string
  /** The first absolute server, or null where the settings have to name one. */
  server: string | null
  operations: Operation[]
}

const operationSchema = z.looseObject({
  operationId: z.string().optional().catch(undefined),
  summary: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
})
const documentSchema = z.looseObject({
  openapi: z.string().startsWith('3.'),
  info: z.looseObject({ title: z.string().optional().catch(undefined) }).optional(),
  servers: z.array(z.looseObject({ url: z.string().optional() })).nullish(),
  paths: z.record(z.string(), z.record(z.string(), z.unknown()).catch({})),
})
const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

/** What an OpenAPI 3 document offers, or null where the text is none. */
export function readOpenapi(text: string): OpenapiText | null {
  const parsed = documentSchema.safeParse(parseText(text))
  if (!parsed.success) return null
  const { info, servers, paths } = parsed.data
  const urls = (servers ?? []).map(({ url = '' }) => url)
  return {
    title: info?.title ?? '',
    server: urls.find((url) => /^https?:\/\//.test(url)) ?? null,
    operations: Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, value]) => {
        const operation = operationSchema.safeParse(value).data
        if (!methods.has(method) || !operation) return []
        const verb = method.toUpperCase()
        return {
          key: operation.operationId || `${verb} ${path}`,
          method: verb,
          path,
          summary: operation.summary ?? operation.description ?? '',
        }
      }),
    ),
  }
}

function parseText(text: string): unknown {
  try {
    return /^\s*\{/.test(text) ? JSON.parse(text) : parse(text)
  } catch {
    return null
  }
}
