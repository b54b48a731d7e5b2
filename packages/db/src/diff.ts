import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'

// `pnpm --filter @moorage/db run diff NAME DATABASE_URL`: writes the SQL from the last migration's
// schema to today's as a new migration, with no download. The engine connects to ask the dialect
// and changes nothing. Each migration keeps the schema it led to beside it, which is what the next
// one is compared with.
const [, , name, databaseUrl] = argv
if (!name || !/^[a-z0-9-]+$/.test(name) || !databaseUrl) {
  console.error('usage: diff NAME DATABASE_URL   (NAME of a-z, 0-9 and hyphens)')
  exit(2)
}
const migrations = new URL('../migrations/', import.meta.url)
const schema = readFileSync(new URL('../prisma/schema.prisma', import.meta.url), 'utf8')
const last = readdirSync(migrations).sort().at(-1)
const before = last ? readFileSync(new URL(`${last}/schema.prisma`, migrations), 'utf8') : null

const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }))
const engine = await SchemaEngine.new(
  { datamodels: [['schema.prisma', schema]] },
  () => {},
  adapter,
)
const schemaFile = (content: string) => ({
  tag: 'schemaDatamodel' as const,
  files: [{ path: 'schema.prisma', content }],
})
const { stdout } = await engine.diff({
  from: before === null ? { tag: 'empty' } : schemaFile(before),
  to: schemaFile(schema),
  script: true,
  exitCode: false,
  filters: { externalTables: [], externalEnums: [] },
})
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
const target = new URL(`${stamp}_${name}/`, migrations)
mkdirSync(target)
writeFileSync(new URL('migration.sql', target), stdout ?? '')
writeFileSync(new URL('schema.prisma', target), schema)
console.log(`wrote migrations/${stamp}_${name}/migration.sql`)
