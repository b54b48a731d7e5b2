import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { settingsSchema } from '@moorage/build-plan/settings'
import { z } from 'zod'

/** What e2e/flavors/NAME.json expects of one small real server. */
const expectationSchema = z.strictObject({
  description: z.string().min(1),
  flavor: z.string(),
  transport: z.enum(['streamable-http', 'sse', 'stdio']),
  /** Names that its list of tools must hold. */
  tools: z.array(z.string()).min(1),
  /** A call, and what the text of its answer must hold. */
  call: z.strictObject({
    tool: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    text: z.string(),
  }),
  runtimes: z.array(z.enum(['docker', 'process'])).min(1),
  env: z.record(z.string(), z.string()).default({}),
  settings: settingsSchema.default({}),
  /** What it cannot run without, and a bare machine lacks: images from a container registry. */
  needs: z.literal('registry').optional(),
})

export type Flavor = z.infer<typeof expectationSchema> & {
  name: string
  /** Its source as a user has it, or null: then its settings are all there is. */
  dir: string | null
  /** The snapshot of its plan. */
  planFile: string
}

const folder = fileURLToPath(new URL('flavors/', import.meta.url))

/** Every flavour of server that has an expectation. Throws, naming the file, where one is not as agreed. */
export function readFlavors(): Flavor[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.plan.json'))
    .map((file) => readFlavor(file.slice(0, -'.json'.length)))
}

/** Directories that no expectation speaks of. */
export function strayDirectories(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !existsSync(`${folder}${entry.name}.json`))
    .map((entry) => entry.name)
}

function readFlavor(name: string): Flavor {
  const file = `${folder}${name}.json`
  const parsed = expectationSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file}:\n${z.prettifyError(parsed.error)}`)
  const dir = `${folder}${name}`
  return {
    ...parsed.data,
    name,
    dir: existsSync(dir) ? dir : null,
    planFile: `${folder}${name}.plan.json`,
  }
}
