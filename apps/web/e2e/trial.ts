import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { migrate } from '@moorage/db/migrate'
import { firstRun } from '@moorage/deployments/first-run'
import { seedServers } from './seed.ts'

// For looking at the pages by hand: node e2e/trial.ts <database url> fills an empty database and
// prints the token for /setup?token=...
const databaseUrl = process.argv[2]
if (!databaseUrl) throw new Error('Give a database URL.')
await migrate(databaseUrl)
const db = createDb(databaseUrl)
const events = await createEvents({ databaseUrl })
const { team, setupToken, adminApiKey } = await firstRun({ db, events }, {})
if ((await db.server.count()) === 0 && process.argv[3] !== 'empty') await seedServers(db, team.id)
console.log({ setupToken, adminApiKey })
await events.close()
await db.$disconnect()
