import { z } from 'zod'
import { settingsSchema } from './settings.ts'

/** The JSON Schema (draft 2020-12) of moorage.json, every field with its description. */
export function moorageJsonSchema(): Record<string, unknown> {
  return {
    title: 'moorage.json',
    description: 'What a repository says itself about how its MCP server is built and started.',
    ...z.toJSONSchema(settingsSchema, { io: 'input' }),
  }
}
