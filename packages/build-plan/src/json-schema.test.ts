import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { moorageJsonSchema } from './json-schema.ts'

const propertiesSchema = z.record(z.string(), z.object({ description: z.string() }).loose())
const page = readFileSync(new URL('../../../docs/moorage-json.md', import.meta.url), 'utf8')

test('every field of moorage.json has its description in the schema, and on the page of its documentation', () => {
  const properties = propertiesSchema.parse(moorageJsonSchema().properties)
  const rows = Object.entries(properties).map(
    ([name, { description }]) => `| \`${name}\` | ${description} |`,
  )
  expect(rows.length).toBeGreaterThan(10)
  const missing = rows.filter((row) => !page.includes(row))
  expect(missing, 'rows for docs/moorage-json.md').toEqual([])
})

test('an editor is told of what it does not know', () => {
  const schema = moorageJsonSchema()
  expect(schema.additionalProperties).toBe(false)
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
})
