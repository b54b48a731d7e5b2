import { readdirSync } from 'node:fs'
import { startTestServices } from '../test/services-setup.ts'

// `npm run bench -- NAME`: runs infra/bench/NAME.ts and prints what it measured as JSON on stdout.
const names = readdirSync(new URL('.', import.meta.url))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name.startsWith('bench-'))
  .map((name) => name.slice('bench-'.length))
const [name = ''] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- NAME\n\nNAME is one of: ${names.join(', ')}`)
  process.exit(name === '--help' ? 0 : 2)
}
const services = await startTestServices()
Object.assign(process.env, services.env)
try {
  const { bench } = (await import(`./bench-${name}.ts`)) as { bench: () => Promise<unknown> }
  const result = await bench()
  console.log(JSON.stringify({ bench: name, at: new Date(), ...(result as object) }, null, 2))
} finally {
  await services.stop()
}
process.exit()
