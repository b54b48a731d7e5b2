import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const resultSchema = z.object({
  name: z.string(),
  runtime: z.enum(['docker', 'process']),
  /** As planned; missing where it did not come that far. */
  flavor: z.string().optional(),
  transport: z.string().optional(),
  /** From the first step to live; null where it never was. */
  liveMs: z.number().nullable(),
  imageSizeBytes: z.number().nullable().optional(),
  /** The protocol revisions that were agreed on. */
  revisions: z.array(z.string()).optional(),
  /** How many tools it lists. */
  tools: z.number().optional(),
  /** What the call's answer said. */
  text: z.string().nullable().optional(),
  /** What went wrong, or null. */
  fault: z.string().nullable(),
})
export type Result = z.infer<typeof resultSchema>

const file = new URL('results.json', import.meta.url)
const maxText = 200

/** Those of earlier runs with the new ones in their place, written and returned. */
export function mergeResults(fresh: Result[]): Result[] {
  const isFresh = (old: Result) =>
    fresh.some(({ name, runtime }) => name === old.name && runtime === old.runtime)
  const earlier = existsSync(file)
    ? z.array(resultSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
    : []
  const all = [...earlier.filter((old) => !isFresh(old)), ...fresh].map((result) => ({
    ...result,
    ...(result.text && { text: impersonal(result.text).slice(0, maxText) }),
    fault: result.fault === null ? null : impersonal(result.fault),
  }))
  const sorted = all.sort((a, b) =>
    `${a.name} ${a.runtime}`.localeCompare(`${b.name} ${b.runtime}`),
  )
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`)
  return sorted
}

/** Without what is of one machine alone: where its registries are, its name server, its directories. */
function impersonal(fault: string): string {
  return fault
    .replaceAll(/https?:\/\/[^\s"/]+/g, 'https://…')
    .replaceAll(/lookup \S+ on \S+?:53/g, 'lookup')
    .replaceAll(/\/(?:tmp|root|home)\/[^\s:"]+/g, '…')
    .replaceAll(/^.*A complete log of this run.*\n?/gm, '')
}
