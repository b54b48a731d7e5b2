import { readFileSync } from 'node:fs'
import { parse, resolve } from 'node:path'
import { parseMcpCommand } from '@moorage/build-plan/mcp-command'
import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import { suggestName } from '@moorage/build-plan/suggest-name'
import { slugFrom } from '@moorage/domain/slug'
import type { z } from 'zod'
import { CliError } from './cli-error.ts'
import { readStdin } from './prompt.ts'

export type SourceFlags = {
  command?: string
  mcpJson?: string
  image?: string
  openapi?: string
  baseUrl?: string
  remote?: string
  header?: string[]
}

/** A server without a repository, as the options describe it. */
export type DescribedSource = {
  /** What it could be called, or null where nothing says so. */
  slug: string | null
  settings: Settings
  /** The text of an OpenAPI document that was given as a file. */
  document: string | null
  /** Variables that came along; their values are secrets. */
  env: Record<string, string>
}

type Read = {
  name?: string
  settings: z.input<typeof settingsSchema>
  document?: string
  env?: Record<string, string>
}

const kinds = ['command', 'mcpJson', 'image', 'openapi', 'remote'] as const
type Kind = (typeof kinds)[number]

/** Null where no option names such a source. Throws CliError for options that do not go together. */
export async function describedSource(
  cwd: string,
  flags: SourceFlags,
): Promise<DescribedSource | null> {
  const [kind, other] = kinds.filter((name) => flags[name] !== undefined)
  if (kind && other) throw misuse(`${optionOf(kind)} and ${optionOf(other)} do not go together.`)
  if (flags.baseUrl !== undefined && kind !== 'openapi')
    throw misuse('--base-url goes with --openapi.')
  if (flags.header && kind !== 'openapi' && kind !== 'remote')
    throw misuse('--header goes with --remote and --openapi.')
  if (!kind) return null
  const { name, settings, document = null, env = {} } = await read(cwd, kind, flags)
  const checked = checkSettings(settings)
  return { slug: slugFrom(name ?? suggestName(checked) ?? ''), settings: checked, document, env }
}

async function read(cwd: string, kind: Kind, flags: SourceFlags): Promise<Read> {
  const headers = flags.header ? { headers: headersOf(flags.header) } : {}
  switch (kind) {
    case 'command':
      return parseMcpCommand(flags.command ?? '')
    case 'mcpJson':
      return parseMcpCommand(await textOf(cwd, flags.mcpJson ?? ''))
    case 'image':
      return { settings: { image: flags.image } }
    case 'remote':
      return { settings: { remote: { url: flags.remote ?? '', ...headers } } }
    case 'openapi':
      return fromOpenapi(cwd, flags, headers)
  }
}

async function fromOpenapi(
  cwd: string,
  { openapi = '', baseUrl }: SourceFlags,
  headers: { headers?: Record<string, string> },
): Promise<Read> {
  const more = { ...headers, ...(baseUrl ? { baseUrl } : {}) }
  if (/^[a-z]+:\/\//i.test(openapi))
    return { settings: { openapi: { document: openapi, ...more } } }
  // What is sent is named by its kind, whatever the file is called here.
  const document = /\.ya?ml$/i.test(openapi) ? 'openapi.yaml' : 'openapi.json'
  return {
    name: parse(openapi).name,
    settings: { openapi: { document, ...more } },
    document: await textOf(cwd, openapi),
  }
}

function checkSettings(settings: Read['settings']): Settings {
  const parsed = settingsSchema.safeParse(settings)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw misuse(`${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'not valid'}`)
}

function headersOf(lines: string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([^:\s]+):\s*(.+)$/.exec(line) ?? []
      if (name && value) return [name, value]
      throw misuse('A header is written as --header "Name: value".')
    }),
  )
}

async function textOf(cwd: string, file: string): Promise<string> {
  if (file === '-') return readStdin()
  try {
    return readFileSync(resolve(cwd, file), 'utf8')
  } catch (cause) {
    throw new CliError(`${file} cannot be read.`, { exitCode: 2, cause })
  }
}

function optionOf(kind: Kind): string {
  return kind === 'mcpJson' ? '--mcp-json' : `--${kind}`
}

function misuse(message: string): CliError {
  return new CliError(message, { exitCode: 2 })
}
