import { mayUse, type UseKind, type Uses } from '@moorage/domain/policy'

type Fields = Record<string, unknown>

/** Where an answer lists what there is, and by which name. */
const lists: [field: string, kind: UseKind, name: string][] = [
  ['tools', 'tools', 'name'],
  ['prompts', 'prompts', 'name'],
  ['resources', 'resources', 'uri'],
  ['resourceTemplates', 'resources', 'uriTemplate'],
]

/**
 * A message of the server's, or a batch, with only what the caller may use: known by its shape, as an
 * answer may come on another stream than its question. Undefined: it is not for them at all.
 */
export function filterMessage(uses: readonly Uses[], message: unknown): unknown {
  if (Array.isArray(message))
    return message.map((one) => filterMessage(uses, one)).filter((one) => one !== undefined)
  const { method, params, result } = fields(message)
  const { uri } = fields(params)
  if (method === 'notifications/resources/updated')
    return typeof uri === 'string' && mayUse(uses, 'resources', uri) ? message : undefined
  const found = lists.filter(([field]) => Array.isArray(fields(result)[field]))
  if (found.length === 0) return message
  const kept: Fields = { ...fields(result) }
  for (const [field, kind, name] of found) kept[field] = usable(uses, kept[field], kind, name)
  // Whoever caches it for everyone would show one caller what another may see.
  if (kept.cacheScope === 'public') kept.cacheScope = 'private'
  return { ...fields(message), result: kept }
}

function usable(uses: readonly Uses[], list: unknown, kind: UseKind, name: string): unknown[] {
  return [list].flat().filter((one) => {
    const text = fields(one)[name]
    return typeof text === 'string' && mayUse(uses, kind, text)
  })
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
