import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { migrate } from '@moorage/db/migrate'
import { firstRun } from '@moorage/deployments/first-run'
import { z } from 'zod'
import { writePrivately } from '../supervisor/state.ts'

// Run to its end before the apps start: migrations, the first team, an admin key for this host, and
// the set-up link for as long as nobody has signed up.
const env = z
  .object({
    DATABASE_URL: z.string(),
    REDIS_URL: z.string().optional(),
    MOORAGE_DATA_DIR: z.string(),
    MOORAGE_DASHBOARD_URL: z.string(),
  })
  .parse(process.env)
const stateSchema = z.object({ adminApiKey: z.string() })
const stateFile = join(env.MOORAGE_DATA_DIR, 'admin-key.json')

const applied = await migrate(env.DATABASE_URL)
for (const name of applied) console.log(`applied migration ${name}`)

const db = createDb(env.DATABASE_URL, { maxConnections: 2 })
const events = await createEvents({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL })
try {
  const known = existsSync(stateFile)
    ? stateSchema.parse(JSON.parse(readFileSync(stateFile, 'utf8')))
    : {}
  const { adminApiKey, setupToken } = await firstRun({ db, events }, known)
  writePrivately(stateFile, { adminApiKey })
  console.log(
    setupToken
      ? `Set up Moorage (the link works once): ${env.MOORAGE_DASHBOARD_URL}/setup?token=${setupToken}`
      : 'Somebody has signed up already: no set-up link.',
  )
} finally {
  await events.close()
  await db.$disconnect()
}
