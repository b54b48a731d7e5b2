import { chooseNode } from '../language-version.ts'
import { installNewest, namedReason } from '../newest-version.ts'
import { type NpmPackage, parseNpmPackage } from '../npm-package-command.ts'
import type { BuildPlan } from '../plan.ts'
import type { Provider } from '../provider.ts'

/** What the package is started as, so that no npm stands between it and its signals. */
const link = '.moorage/server'

/** A published server by its name alone (`npx -y NAME`), installed when it is built. */
export const npmPackage: Provider = {
  name: 'npm package',
  detect(tree, context) {
    const { rootDir, settings } = context
    // With a package.json, npx speaks of what the project itself depends on.
    if (settings.start === undefined || tree.files.includes('package.json')) return null
    const found = parseNpmPackage(settings.start)
    if (found === null) return null
    const node = chooseNode(tree, settings, null)
    const isPinned = found.packages.every((spec) => /.@\d+\.\d+\.\d+[\w.+-]*$/.test(spec))
    const [install = [], ...rest] = installCommands(found)
    return {
      version: 1,
      kind: 'node',
      flavor: 'npm package',
      rootDir,
      dockerfile: null,
      base: { language: 'node', version: node.version },
      packages: [],
      install: {
        copy: [],
        run: [installNewest(install, isPinned, context), ...rest],
        caches: ['.npm'],
      },
      build: { copy: [], run: settings.build ? [settings.build] : [], caches: [] },
      start: { command: [`./${link}`, ...found.args], env: { NODE_ENV: 'production' } },
      port: 8000,
      path: '/mcp',
      transport: spokenTransport(found.args),
      reasons: [node.reason, namedReason(found.packages, isPinned)],
    }
  },
}

function installCommands({ packages, name, command }: NpmPackage): BuildPlan['install']['run'] {
  const flags = ['--omit=dev', '--no-audit', '--no-fund']
  return [
    ['npm', 'install', ...flags, '--', ...packages],
    ['node', '-e', linkScript, name ?? '', command ?? '', link],
  ]
}

/**
 * Which command of a package npx takes: the only one, else the one of the package's own name
 * (npm's libnpmexec, get-bin-from-manifest). Several names for one file count as one.
 */
const linkScript = `
const fs = require('node:fs')
const path = require('node:path')
const [name, asked, link] = process.argv.slice(1)
let command = asked
if (name) {
  const { bin = {}, name: own, version } = JSON.parse(fs.readFileSync('node_modules/' + name + '/package.json'))
  console.log('Installed ' + own + '@' + version)
  const short = own.split('/').pop()
  const bins = typeof bin === 'string' ? { [short]: bin } : bin
  const names = Object.keys(bins)
  command = new Set(Object.values(bins)).size === 1 ? names[0] : names.find((x) => x === short)
  if (!command) throw name + ' does not say which command to start; it has: ' + (names.join(', ') || 'none')
}
const target = path.join('node_modules/.bin', command)
if (!fs.existsSync(target)) throw 'The package brings no command ' + command
fs.mkdirSync(path.dirname(link), { recursive: true })
fs.rmSync(link, { force: true })
fs.symlinkSync(path.relative(path.dirname(link), target), link)
`.trim()

/** Arguments by which published servers are widely asked for another transport than stdio. */
function spokenTransport(args: string[]): BuildPlan['transport'] {
  const words = args.flatMap((word) => word.split('='))
  const at = words.findIndex((word) => word === '--transport' || word === '-t')
  const asked = at < 0 ? words[0] : words[at + 1]
  if (/^(?:streamable-?http|http)$/i.test(asked ?? '')) return 'streamable-http'
  return asked === 'sse' ? 'sse' : 'stdio'
}
