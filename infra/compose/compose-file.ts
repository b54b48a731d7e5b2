import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { root } from '../supervisor/options.ts'

const serviceSchema = z.looseObject({
  image: z.string(),
  network_mode: z.string().optional(),
  command: z.array(z.string()).default([]),
  /** Null: as it is where compose runs, or not at all. */
  environment: z.record(z.string(), z.string().nullable()).default({}),
  volumes: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
})
const fileSchema = z.looseObject({ services: z.record(z.string(), serviceSchema) })

/** docker-compose.yml as compose reads it with these variables. Throws where a required one is missing. */
export function readComposeFile(variables: Record<string, string>) {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const raw: unknown = parse(text, { merge: true })
  return fileSchema.parse(substitute(raw, variables))
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, in every string. */
function substitute(value: unknown, variables: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, substitute(item, variables)])
    return Object.fromEntries(entries)
  }
  if (typeof value !== 'string') return value
  return value.replaceAll(/\$\{([A-Z_]+)(?::(.)([^}]*))?\}/g, (_match, name, kind, rest) => {
    if (variables[name]) return variables[name]
    if (kind === '?') throw new Error(`${name} is required: ${rest}`)
    return rest ?? ''
  })
}
