import { noBuildSettings } from '@moorage/runtime/build-settings'
import { createDockerDriver } from '@moorage/runtime/docker'
import { z } from 'zod'

// `node apps/builder/src/firewall.ts [ADDRESS...]` as root on the engine's machine, where the builder
// may not set the rules itself. The addresses are those of MOORAGE_FIREWALL_ALLOW.
const allowed = z
  .array(
    z.string().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'an address or a range, such as 10.1.2.0/24'),
  )
  .parse(process.argv.slice(2))
const driver = await createDockerDriver({
  platformId: 'firewall',
  build: noBuildSettings,
  firewall: { allowed },
})
const missing = await driver.protect()
for (const what of missing) console.error(what)
if (missing.length === 0) console.log('The rules are in force until this machine restarts.')
process.exit(missing.length === 0 ? 0 : 1)
