import { parseOptions, usage } from './options.ts'
import { runPlatform } from './run-platform.ts'

// `npm start`: the database and the four apps under one roof.
const options = parseOptions(process.argv.slice(2), process.env)
if (options.kind === 'help') {
  console.log(usage)
} else if (options.kind === 'refused') {
  console.error(`${options.reason}\n\n${usage}`)
  process.exitCode = 2
} else {
  process.exitCode = await runPlatform(options)
  // Sockets of libraries may linger; everything that mattered has been ended and waited for.
  process.exit()
}
