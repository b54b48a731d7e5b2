import { AppError, toAppError } from '@moorage/domain/error'
import { z } from 'zod'
import { parseDockerRun } from './docker-run-command.ts'
import { parseNpmPackage } from './npm-package-command.ts'
import { parsePythonModule, parsePythonPackage } from './python-package-command.ts'
import { type Settings, settingsSchema } from './settings.ts'
import { splitCommand } from './split-command.ts'

/** What a pasted command or client configuration comes to. */
export type McpCommand = {
  /** As the configuration calls the server. */
  name?: string
  settings: Settings
  /** For the server's own, sealed variables: nobody can tell a secret by its looks, so all go there. */
  env: Record<string, string>
}

const maxLength = 64 * 1024
const envSchema = z.record(z.string().max(100), z.coerce.string().max(64 * 1024))
const entrySchema = z.looseObject({
  command: z.union([z.string(), z.array(z.string())]).optional(),
  args: z.array(z.coerce.string()).max(64).optional(),
  env: envSchema.nullish(),
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  headers: z.record(z.string(), z.string()).nullish(),
})
type Entry = z.infer<typeof entrySchema>

/**
 * A command line (`npx -y NAME`, `uvx NAME`, `docker run -i --rm IMAGE`), an address, or the JSON that
 * MCP clients keep (`mcpServers`, `servers`, or one entry of them) as a server to make. Pure. Throws
 * bad_input that says what cannot be taken over: a command that runs a file of one's own machine.
 */
export function parseMcpCommand(text: string): McpCommand {
  const trimmed = text.trim()
  if (trimmed.length > maxLength) throw refused('it is too long')
  if (trimmed === '') throw refused('there is nothing in it')
  if (/^https?:\/\/\S+$/.test(trimmed)) return fromEntry({ url: trimmed })
  if (/^["{]/.test(trimmed)) return fromJson(trimmed)
  const words = splitCommand(trimmed)
  if (words === null) throw refused('the line needs a shell')
  const isVariable = (word: string) => /^[A-Za-z_]\w*=/.test(word)
  const at = words.findIndex((word) => !isVariable(word))
  const given = words.slice(0, Math.max(at, 0)).map((word) => word.split(/=(.*)/s).slice(0, 2))
  return fromEntry({ command: words.slice(Math.max(at, 0)), env: Object.fromEntries(given) })
}

function fromJson(text: string): McpCommand {
  const found = parseJson(text)
  const listed = z
    .union([
      z
        .looseObject({ mcpServers: z.record(z.string(), entrySchema) })
        .transform((x) => x.mcpServers),
      z.looseObject({ servers: z.record(z.string(), entrySchema) }).transform((x) => x.servers),
    ])
    .safeParse(found)
  if (listed.success) return theOnly(listed.data)
  const alone = entrySchema.safeParse(found)
  if (alone.success && (alone.data.command ?? alone.data.url ?? alone.data.serverUrl)) {
    return fromEntry(alone.data)
  }
  const unnamed = z.record(z.string(), entrySchema).safeParse(found)
  if (unnamed.success) return theOnly(unnamed.data)
  throw refused('the JSON holds neither a command nor a url')
}

/** Whole, or cut out of a file without its braces. */
function parseJson(text: string): unknown {
  for (const candidate of [text, `{${text.replace(/,\s*$/, '')}}`]) {
    try {
      return JSON.parse(candidate)
    } catch {}
  }
  throw refused('it is not valid JSON')
}

function theOnly(servers: Record<string, Entry>): McpCommand {
  const [first, ...more] = Object.entries(servers)
  if (first === undefined) throw refused('it lists no server')
  if (more.length > 0) {
    const names = Object.keys(servers).join(', ').slice(0, 200)
    throw refused(`it lists several servers (${names}): paste one of them`)
  }
  return { name: first[0].slice(0, 100), ...fromEntry(first[1]) }
}

function fromEntry(entry: Entry): McpCommand {
  const url = entry.url ?? entry.serverUrl
  const env = variables(entry.env ?? {})
  if (url !== undefined) return fromUrl(url, entry.headers ?? {}, env)
  const words = [entry.command ?? [], entry.args ?? []].flat()
  // Windows has its clients start npx by its shell.
  const start = words[0] === 'cmd' && words[1]?.toLowerCase() === '/c' ? words.slice(2) : words
  return checked(fromWords(start, env))
}

function fromWords(start: string[], env: Record<string, string>): McpCommand {
  try {
    const run = parseDockerRun(start)
    if (run !== null) {
      return {
        settings: { image: run.image, transport: 'stdio' },
        env: { ...variables(run.env), ...env },
      }
    }
    const npm = parseNpmPackage(start)
    if (npm?.name === 'mcp-remote') return fromBridge(npm.args, env)
    if (npm ?? parsePythonPackage(start) ?? parsePythonModule(start)) {
      return { settings: { start }, env }
    }
  } catch (error) {
    const { userMessage, hint } = toAppError(error)
    throw new AppError('bad_input', userMessage, { cause: error, ...(hint && { hint }) })
  }
  throw refused(`${(start[0] ?? 'it').slice(0, 100)} runs something of your own machine`)
}

/** `npx mcp-remote URL --header NAME:VALUE` is how clients on stdio reach a server that is elsewhere. */
function fromBridge(args: string[], env: Record<string, string>): McpCommand {
  const url = args.find((word) => /^https?:\/\//.test(word)) ?? ''
  const headers = args.flatMap((word, index) => {
    const [, name, value] = /^([\w-]+): ?(.*)$/s.exec(word) ?? []
    return args[index - 1] === '--header' && name && value !== undefined ? [[name, value]] : []
  })
  return fromUrl(url, Object.fromEntries(headers), env)
}

/** What headers say usually is a secret: it becomes a variable, and the header names it. */
function fromUrl(
  url: string,
  given: Record<string, string>,
  env: Record<string, string>,
): McpCommand {
  const found: Record<string, string> = { ...env }
  const headers = Object.entries(given).map(([name, value]) => {
    // Clients write what they ask their user for as ${env:NAME} and ${input:NAME}.
    const ours = value.replace(
      /\$\{(?:env:|input:)?([A-Za-z_][\w-]*)\}/g,
      (_, variable: string) => `\${${variable.replaceAll('-', '_')}}`,
    )
    if (ours.includes('${') || /^(?:accept|content-type|user-agent)$/i.test(name))
      return [name, ours]
    const [, scheme = '', secret = ''] = /^((?:Bearer|Basic|Token) +)?(.*)$/is.exec(value) ?? []
    const variable = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
    found[variable] = secret
    return [name, `${scheme}\${${variable}}`]
  })
  return checked({
    settings: { remote: { url, headers: Object.fromEntries(headers) } },
    env: found,
  })
}

/** Without PORT and HOST, which are the platform's to set. */
function variables(env: Record<string, string>): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => name !== 'PORT' && name !== 'HOST')
  const odd = entries.find(([name]) => !/^[A-Za-z_]\w{0,99}$/.test(name))
  if (odd !== undefined) throw refused(`${odd[0].slice(0, 100)} is not the name of a variable`)
  return Object.fromEntries(entries)
}

function checked(command: McpCommand): McpCommand {
  const parsed = settingsSchema.safeParse(command.settings)
  if (parsed.success) return command
  const issue = parsed.error.issues[0]
  throw refused(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim().slice(0, 300))
}

function refused(why: string): AppError {
  return new AppError('bad_input', `This cannot be taken over as a server: ${why}.`, {
    hint: 'Paste npx -y PACKAGE, uvx PACKAGE, docker run -i --rm IMAGE, an address, or the mcpServers JSON of a client. What runs a file of your own is deployed from its repository.',
  })
}
