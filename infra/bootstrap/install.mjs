import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { lock } from './lock.mjs'
import { root, toolchainDir } from './paths.mjs'
import { run, step } from './step.mjs'
import { bringNode, bringPnpm, findNode, toolEnv } from './toolchain.mjs'

/** @typedef {{ quiet: boolean, needsPnpm: boolean }} Options */

const installed = {
  stamp: join(root, 'node_modules', '.moorage-installed'),
  proof: join(root, 'node_modules', '.modules.yaml'),
}
const generated = {
  stamp: join(root, 'node_modules', '.moorage-generated'),
  proof: join(root, 'packages/db/src/generated/client.ts'),
}

/**
 * Node, pnpm, packages and the database client, each only when missing or out of date. Under a
 * lock, so that two commands started at once do not write into each other's work.
 * @param {Options} options
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>}
 */
export async function bringUpToDate(options) {
  const ready = findNode()
  if (
    ready &&
    !options.needsPnpm &&
    isCurrent(installed, manifestHash()) &&
    isCurrent(generated, schemaHash())
  ) {
    return { node: ready, env: toolEnv(ready) }
  }
  const release = await lock(join(toolchainDir, 'lock'), (pid) => {
    stderr.write(`  another set-up is at work here (process ${pid}); waiting for it\n`)
  })
  try {
    return await bringMissing(options)
  } finally {
    release()
  }
}

/** @param {Options} options */
async function bringMissing(options) {
  const node = await bringNode(options)
  const toInstall = !isCurrent(installed, manifestHash())
  const pnpm = toInstall || options.needsPnpm ? await bringPnpm(options) : ''
  const env = toolEnv(node)
  if (toInstall) await step(options, 'packages', () => install(pnpm, env))
  if (!isCurrent(generated, schemaHash()))
    await step(options, 'database client', () => generate(node, env))
  return { node, env }
}

/** @param {string} pnpm @param {NodeJS.ProcessEnv} env */
async function install(pnpm, env) {
  const args = ['install', '--frozen-lockfile', '--reporter=append-only']
  await run(pnpm, args, {
    cwd: root,
    // Without CI pnpm asks before it replaces a node_modules that it finds unfit, and nobody answers.
    env: { ...env, CI: 'true' },
    hint: 'Check the network and the npm registry settings, then run this again. If packages look broken, remove node_modules first.',
  })
  writeFileSync(installed.stamp, manifestHash())
}

/** @param {string} node @param {NodeJS.ProcessEnv} env */
async function generate(node, env) {
  await run(node, ['src/generate.ts'], {
    cwd: join(root, 'packages/db'),
    env,
    hint: 'The schema is packages/db/prisma/schema.prisma.',
  })
  writeFileSync(generated.stamp, schemaHash())
}

/** @param {{ stamp: string, proof: string }} made @param {string} hash */
function isCurrent(made, hash) {
  return (
    existsSync(made.proof) && existsSync(made.stamp) && readFileSync(made.stamp, 'utf8') === hash
  )
}

function manifestHash() {
  const members = ['apps', 'packages'].flatMap((dir) =>
    readdirSync(join(root, dir)).map((name) => `${dir}/${name}/package.json`),
  )
  return hashOf([
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'infra/package.json',
    'e2e/package.json',
    ...members.sort(),
  ])
}

function schemaHash() {
  return hashOf([
    'packages/db/prisma/schema.prisma',
    'packages/db/prisma.config.ts',
    'pnpm-lock.yaml',
  ])
}

/** @param {string[]} files */
function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}
