import { ChevronRight } from 'lucide-react'
import { z } from 'zod'

const schemaShape = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
})
const propertyShape = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  items: z.object({ type: z.string() }).partial().optional(),
})

/** A tool's arguments as a table, and the JSON Schema itself for those who want all of it. */
export function SchemaTable({ schema }: { schema: unknown }) {
  const parsed = schemaShape.safeParse(schema)
  const required = new Set(parsed.data?.required)
  const properties = Object.entries(parsed.data?.properties ?? {}).sort(
    ([a], [b]) => Number(required.has(b)) - Number(required.has(a)),
  )
  return (
    <>
      {properties.length === 0 ? (
        <p className="text-sm text-muted">Takes no arguments.</p>
      ) : (
        <dl className="grid gap-2 text-sm">
          {properties.map(([name, property]) => (
            <div key={name} className="sm:flex sm:gap-4">
              <dt className="sm:w-46 sm:shrink-0">
                <code className="font-mono break-all">{name}</code>
                {required.has(name) ? (
                  <span className="text-accent" title="required">
                    *<span className="sr-only"> required</span>
                  </span>
                ) : null}
              </dt>
              <dd className="min-w-0 text-muted">
                <ArgumentText property={property} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <details className="group/schema mt-3 text-sm">
        <summary className="inline-flex items-center gap-1 rounded-sm text-xs text-faint hover:text-text">
          <ChevronRight className="size-3 transition-transform duration-150 group-open/schema:rotate-90" />
          JSON Schema
        </summary>
        <pre className="mt-2 max-h-80 overflow-auto rounded-md border bg-sunken p-3 font-mono text-xs leading-5">
          {JSON.stringify(schema, null, 2)}
        </pre>
      </details>
    </>
  )
}

function ArgumentText({ property }: { property: unknown }) {
  const parsed = propertyShape.safeParse(property)
  if (!parsed.success) return 'any'
  const { type, description, items } = parsed.data
  const kind = [type ?? 'any'].flat().join(' or ')
  return (
    <>
      <code className="font-mono text-xs">
        {kind === 'array' && items?.type ? `${items.type}[]` : kind}
      </code>
      {parsed.data.enum ? (
        <span className="text-xs"> · one of {parsed.data.enum.map(String).join(', ')}</span>
      ) : null}
      {parsed.data.default !== undefined ? (
        <span className="text-xs"> · default {JSON.stringify(parsed.data.default)}</span>
      ) : null}
      {description ? <p>{description}</p> : null}
    </>
  )
}
