import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { arch, env, execPath, platform, report, version } from 'node:process'
import { root, toolchainDir } from './paths.mjs'
import { run, SetupError, step } from './step.mjs'

const nodeMajor = 24

/** The Node that runs Moorage: this one when it is new enough. @returns {string | null} */
export function findNode() {
  if (majorOf(version) >= nodeMajor) return execPath
  const brought = join(toolchainDir, 'node_modules', nodePackage(), 'bin', 'node')
  return existsSync(brought) ? brought : null
}

/** @param {{ quiet: boolean }} options @returns {Promise<string>} */
export async function bringNode(options) {
  const there = findNode()
  if (there) return there
  refuseUnsupported()
  await step(options, `Node ${nodeMajor} (this one is ${version})`, () =>
    npmInstall(`${nodePackage()}@${nodeMajor}`),
  )
  const node = findNode()
  if (!node) throw new SetupError(`npm installed ${nodePackage()}, but its program is not there`)
  return node
}

/**
 * A pnpm of the right major: on the PATH, brought earlier, or brought now.
 * @param {{ quiet: boolean }} options
 * @returns {Promise<string>} its full path, or plain `pnpm` for the one on the PATH
 */
export async function bringPnpm(options) {
  const brought = join(toolchainDir, 'node_modules', '.bin', 'pnpm')
  if (existsSync(brought)) return brought
  const wanted = pnpmVersion()
  const onPath = await pnpmOnPath()
  if (onPath && majorOf(onPath) === majorOf(wanted)) return 'pnpm'
  await step(options, `pnpm ${wanted}`, () => npmInstall(`pnpm@${wanted}`))
  return brought
}

/** What children need to find the same tools. @param {string} node @returns {NodeJS.ProcessEnv} */
export function toolEnv(node) {
  const paths = [join(node, '..'), join(toolchainDir, 'node_modules', '.bin'), env.PATH ?? '']
  return { ...env, PATH: paths.join(delimiter) }
}

function nodePackage() {
  return `node-${platform}-${arch}`
}

function refuseUnsupported() {
  const hint = `Install Node ${nodeMajor} or later (https://nodejs.org) and run this again.`
  const known = ['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch)
  if (!known)
    throw new SetupError(`Node ${nodeMajor} cannot be brought for ${platform} on ${arch}`, { hint })
  if (platform === 'linux' && isMusl()) {
    throw new SetupError(
      'This system uses musl (Alpine and its like); the Node on npm needs glibc',
      {
        hint: `${hint} On Alpine: apk add nodejs-current npm`,
      },
    )
  }
}

function isMusl() {
  /** @type {{ header?: { glibcVersionRuntime?: string } }} */
  const facts = report?.getReport() ?? {}
  return !facts.header?.glibcVersionRuntime
}

/** @param {string} spec */
async function npmInstall(spec) {
  await run(
    'npm',
    ['install', '--prefix', toolchainDir, '--no-audit', '--no-fund', '--loglevel=error', spec],
    {
      cwd: root,
      hint: 'Check the network and the npm registry settings (npm config get registry), then run this again.',
    },
  )
}

/** Asked outside the repository, whose own pin would make some versions fetch another pnpm. */
function pnpmOnPath() {
  return new Promise((/** @type {(found: string | null) => void} */ resolve) => {
    const quietly = { ...env, COREPACK_ENABLE_NETWORK: '0', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' }
    execFile(
      'pnpm',
      ['--version'],
      { cwd: tmpdir(), env: quietly, timeout: 10_000 },
      (error, stdout) => {
        resolve(error ? null : stdout.trim())
      },
    )
  })
}

function pnpmVersion() {
  /** @type {{ packageManager: string }} */
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return manifest.packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '')
}

/** @param {string} text */
function majorOf(text) {
  return Number(text.replace(/^v/, '').split('.')[0])
}
