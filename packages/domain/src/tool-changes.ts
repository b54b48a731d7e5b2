import { z } from 'zod'

/** What became of a server's tools from one version to the next. */
export const toolChangesSchema = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.object({ name: z.string(), fields: z.array(z.string()) })),
})
export type ToolChanges = z.infer<typeof toolChangesSchema>

type Tool = {
  name: string
  title: string | null
  description: string | null
  inputSchema?: unknown
}

const fields = ['title', 'description', 'inputSchema'] as const

/** By name; a schema counts as changed when it says something else, not when it is written otherwise. */
export function toolChanges(before: readonly Tool[], after: readonly Tool[]): ToolChanges {
  const old = new Map(before.map((tool) => [tool.name, tool]))
  const names = new Set(after.map((tool) => tool.name))
  return {
    added: after.flatMap(({ name }) => (old.has(name) ? [] : [name])),
    removed: before.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    changed: after.flatMap((tool) => {
      const was = old.get(tool.name)
      const differs = fields.filter((field) => was && ordered(was[field]) !== ordered(tool[field]))
      return differs.length > 0 ? [{ name: tool.name, fields: differs }] : []
    }),
  }
}

/** Would a client that knows the tools of before be surprised? What is only added surprises nobody. */
export function breaksClients({ removed, changed }: ToolChanges): boolean {
  return removed.length + changed.length > 0
}

/** In one line: `added a; removed b; changed c (description)`. Empty where nothing changed. */
export function toolChangesLine({ added, removed, changed }: ToolChanges): string {
  const parts = [
    added.length > 0 ? `added ${added.join(', ')}` : '',
    removed.length > 0 ? `removed ${removed.join(', ')}` : '',
    changed.length > 0
      ? `changed ${changed.map((one) => `${one.name} (${one.fields.join(', ')})`).join(', ')}`
      : '',
  ]
  return parts.filter(Boolean).join('; ')
}

/** As JSON in which the order of keys says nothing: a serialiser may change it at each start. */
function ordered(value: unknown): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
