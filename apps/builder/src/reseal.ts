import { createDb } from '@moorage/db/client'
import { resealSecrets } from '@moorage/deployments/reseal-secrets'
import { readResealEnv } from './env.ts'

// `node apps/builder/src/reseal.ts`, once every app runs with both keys. After it has said that it is
// done, MOORAGE_ENCRYPTION_KEY_PREVIOUS can be taken away.
const env = readResealEnv()
const db = createDb(env.DATABASE_URL)
const encryptionKey = {
  current: env.MOORAGE_ENCRYPTION_KEY,
  previous: env.MOORAGE_ENCRYPTION_KEY_PREVIOUS,
}
const count = await resealSecrets({ db, encryptionKey })
console.log(`${count} values are sealed anew; none is left that needs the previous key.`)
await db.$disconnect()
