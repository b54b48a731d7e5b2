import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import type { OperationChoice } from './operation-list.tsx'
import type { OpenapiText } from './read-openapi.ts'

export type OpenapiInput = {
  /** The https address of the document, or the file name under which its text is kept. */
  document: string
  baseUrl: string
  headers: Record<string, string>
  /** Where the text is known: its operations and which of them are chosen. */
  found: OpenapiText | null
  choice: OperationChoice
}

/** The settings of a server that is made of an OpenAPI document, or what is wrong with them. */
export function openapiSettings(input: OpenapiInput): { settings: Settings } | { fault: string } {
  const { document, baseUrl, headers, found, choice } = input
  const operations = found?.operations ?? []
  const chosen = operations.filter(({ key }) => !choice.left.has(key))
  if (found && chosen.length === 0) return { fault: 'Choose at least one operation.' }
  const tools = chosen.flatMap(({ key }) => {
    const name = choice.names[key]?.trim()
    return name ? [[key, { name }] as const] : []
  })
  const parsed = settingsSchema.safeParse({
    openapi: {
      document,
      ...(baseUrl ? { baseUrl } : {}),
      ...(chosen.length < operations.length ? { include: chosen.map(({ key }) => key) } : {}),
      ...(tools.length > 0 ? { tools: Object.fromEntries(tools) } : {}),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
    },
  })
  if (parsed.success) return { settings: parsed.data }
  const issue = parsed.error.issues[0]
  const [, field = '', ...rest] = issue?.path.map(String) ?? []
  return { fault: words[field] ?? `${[field, ...rest].join(' ')}: ${issue?.message ?? ''}` }
}

const words: Record<string, string> = {
  baseUrl: 'The address of the API is written as https://host/path.',
  include: 'At most 500 operations can be chosen one by one.',
  tools: 'A tool’s name has letters, digits, and . _ - only.',
}
