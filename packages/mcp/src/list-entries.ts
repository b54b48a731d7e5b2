import type { Client, RequestOptions } from '@modelcontextprotocol/client'
import { cleanJson, cleanText } from './clean-json.ts'
import type { Handshake } from './handshake.ts'

const maxEntries = 1000
const maxPages = 100
/** Of all entries together, as JSON. */
const maxTotalBytes = 1024 * 1024
const maxSchemaBytes = 64 * 1024
const maxTextLength = 4096

type Entries = Pick<Handshake, 'tools' | 'resources' | 'prompts'>

/** Everything that a connected server lists, page by page, up to 1,000 entries and 1 MiB in all. */
export async function listEntries(client: Client, options: RequestOptions): Promise<Entries> {
  const offered = client.getServerCapabilities() ?? {}
  const budget = { entries: maxEntries, bytes: maxTotalBytes }
  const tools = !offered.tools
    ? []
    : await pages(budget, async (params) => {
        const page = await client.request({ method: 'tools/list', params }, options)
        return { next: page.nextCursor, entries: page.tools.map(toolOf) }
      })
  const resources = !offered.resources
    ? []
    : await pages(budget, async (params) => {
        const page = await client.request({ method: 'resources/list', params }, options)
        return { next: page.nextCursor, entries: page.resources.map(resourceOf) }
      })
  const prompts = !offered.prompts
    ? []
    : await pages(budget, async (params) => {
        const page = await client.request({ method: 'prompts/list', params }, options)
        return { next: page.nextCursor, entries: page.prompts.map(promptOf) }
      })
  return { tools, resources, prompts }
}

type Page<T> = { next: string | undefined; entries: T[] }

async function pages<T>(
  budget: { entries: number; bytes: number },
  fetchPage: (params: Record<string, string>) => Promise<Page<T>>,
): Promise<T[]> {
  const found: T[] = []
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const { next, entries } = await fetchPage(cursor === undefined ? {} : { cursor })
    for (const entry of entries) {
      budget.entries -= 1
      budget.bytes -= Buffer.byteLength(JSON.stringify(entry))
      if (budget.entries < 0 || budget.bytes < 0) return found
      found.push(entry)
    }
    if (next === undefined || next === cursor) return found
    cursor = next
  }
  return found
}

type Described = { name: string; title?: string | undefined; description?: string | undefined }

function toolOf(tool: Described & { inputSchema: unknown }): Entries['tools'][number] {
  return {
    ...describe(tool),
    title: textOrNull(tool.title),
    inputSchema: schemaOf(tool.inputSchema),
  }
}

function resourceOf(resource: Described & { uri: string }): Entries['resources'][number] {
  return { uri: cleanText(resource.uri, maxTextLength), ...describe(resource) }
}

function promptOf(prompt: Described): Entries['prompts'][number] {
  return describe(prompt)
}

function describe(entry: Described): { name: string; description: string | null } {
  return { name: cleanText(entry.name, 256), description: textOrNull(entry.description) }
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : cleanText(text, maxTextLength)
}

function schemaOf(schema: unknown): unknown {
  const cleaned = cleanJson(schema, maxTextLength)
  return Buffer.byteLength(JSON.stringify(cleaned) ?? '') > maxSchemaBytes
    ? { type: 'object', description: 'Left out: over 64 KiB.' }
    : cleaned
}
