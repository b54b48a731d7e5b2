import { parseArgs } from 'node:util'
import startServices from '../test/services-setup.ts'
import { mergeResults, type Result } from './results.ts'
import { flavorSubjects, listedSubjects, type Runtime } from './subject.ts'
import { tryAll } from './try-all.ts'
import { writeReport } from './write-report.ts'

// `npm run compatibility`: deploys servers on platforms of its own, calls them, and says how it went.
const help = `usage: npm run compatibility -- [options]

  --flavors           the servers of e2e/flavors
  --public            those of infra/compatibility/public-servers.json; its results are
                      written to docs/compatibility.md. Without either: both.
  --list FILE         those of another list in the same form; may be given again
  --only NAME         one server; may be given again
  --runtime RUNTIME   docker or process; without it, both
  --mirror DIR        bare repositories as OWNER+NAME, for a machine that reaches no forge
  --json              print the results as JSON`

const { values } = parseArgs({
  options: {
    flavors: { type: 'boolean', default: false },
    public: { type: 'boolean', default: false },
    list: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    runtime: { type: 'string' },
    mirror: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const { runtime } = values
if (values.help || (runtime !== undefined && runtime !== 'docker' && runtime !== 'process')) {
  console.error(help)
  process.exit(values.help ? 0 : 2)
}
const everything = !values.flavors && !values.public && values.list.length === 0
const flavors = values.flavors || everything ? flavorSubjects() : []
const lists = values.public || everything ? ['public-servers.json', ...values.list] : values.list
const listed = lists.flatMap((file) =>
  listedSubjects(file === 'public-servers.json' ? new URL(file, import.meta.url) : file),
)
const chosen = [...flavors, ...listed].filter(
  ({ name }) => values.only.length === 0 || values.only.includes(name),
)
if (chosen.length === 0) {
  console.error(`There is no server of that name.\n\n${help}`)
  process.exit(2)
}
const stopServices = await startServices()
try {
  const runtimes: Runtime[] = runtime ? [runtime] : ['docker', 'process']
  const mirrorDir = values.mirror ?? process.env.MOORAGE_REPOSITORY_MIRROR ?? null
  const publicNames = new Set(listed.map(({ name }) => name))
  const onResult = (result: Result) => {
    if (!publicNames.has(result.name)) return
    const merged = mergeResults([result])
    if (values.public || everything) writeReport(listed, merged)
  }
  const results = await tryAll(chosen, { runtimes, mirrorDir, onResult })
  if (values.json) console.log(JSON.stringify(results, null, 2))
  const excused = new Set(chosen.filter(({ needs }) => needs).map(({ name }) => name))
  process.exitCode = results.some(({ name, fault }) => fault !== null && !excused.has(name)) ? 1 : 0
} finally {
  await stopServices?.()
}
process.exit()
