import { stdioEndpoint } from '../endpoint.ts'
import { manifestProviders, planByManifest } from '../manifest-providers.ts'
import { readNodePackage } from '../node-package.ts'
import { nodePlan } from '../node-plan.ts'
import { findNodeTransports } from '../node-transport.ts'
import type { BuildPlan, Reason } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { repositoryPath } from '../repository-path.ts'
import { readSmithery, type SmitheryConfig } from '../smithery-config.ts'
import { bundleCommand, launchCommand, smitheryModule } from '../smithery-module.ts'
import type { SourceTree } from '../source-tree.ts'
import { subtree } from '../subtree.ts'
import { dockerfile } from './dockerfile.ts'

/** A repository made for Smithery: its container, its module, or else what the rest of it says. */
export const smithery: Provider = {
  name: 'smithery.yaml',
  detect(tree, context) {
    const config = readSmithery(tree)
    if (config === null) return null
    const plan = planConfig(tree, context, config)
    if (plan === null) return null
    return {
      ...plan,
      start: { ...plan.start, env: { ...plan.start.env, ...config.env } },
      reasons: [...plan.reasons, ...configurationReasons(config)],
    }
  },
}

function planConfig(tree: SourceTree, context: Context, config: SmitheryConfig): BuildPlan | null {
  const onStdio = config.startCommand?.type === 'stdio'
  if (config.runtime === 'typescript' && context.settings.start === undefined) {
    const plan = planModule(tree, context)
    if (plan !== null) return plan
  }
  if (config.build?.dockerfile !== undefined && !onStdio) {
    return planContainer(tree, context, config.build)
  }
  // Where a function gives the command, the manifest says it better than an image's own command.
  const order = onStdio
    ? [...manifestProviders.filter((provider) => provider !== dockerfile), dockerfile]
    : manifestProviders
  const plan = planByManifest(tree, context, order)
  return plan?.kind === 'dockerfile' && onStdio ? { ...plan, transport: 'stdio' } : plan
}

/** Smithery's containers listen on PORT and serve /mcp, as a Dockerfile does here anyway. */
function planContainer(
  tree: SourceTree,
  context: Context,
  build: NonNullable<SmitheryConfig['build']>,
): BuildPlan | null {
  const path = repositoryPath(build.dockerfile ?? 'Dockerfile', 'build.dockerfile in smithery.yaml')
  const top = repositoryPath(build.dockerBuildPath ?? '.', 'build.dockerBuildPath in smithery.yaml')
  const inside = top === '.' || path.startsWith(`${top}/`)
  const settings = {
    ...context.settings,
    dockerfile: inside && top !== '.' ? path.slice(top.length + 1) : path,
  }
  const below =
    [context.rootDir, inside ? top : '.'].filter((part) => part !== '.').join('/') || '.'
  const app = inside ? subtree(tree, top) : tree
  return dockerfile.detect(app, { ...context, rootDir: below, settings })
}

/** Null where the source starts a transport of its own. */
function planModule(tree: SourceTree, context: Context): BuildPlan | null {
  const manifest = readNodePackage(tree)
  const { http, sse, stdio } = findNodeTransports(tree)
  if (manifest === null || http || sse || stdio) return null
  const file = smitheryModule(tree, manifest)
  if (file === null) return null
  const build = context.settings.build ?? bundleCommand(file)
  const because = 'its default export makes the server'
  return nodePlan(tree, { ...context, settings: { ...context.settings, build } }, manifest, {
    flavor: 'Smithery module',
    start: {
      command: launchCommand(),
      needsDevDependencies: false,
      reason: { choice: 'Entry point', value: file, because },
    },
    endpoint: stdioEndpoint('nothing in the source listens'),
  })
}

function configurationReasons({ startCommand, runtime }: SmitheryConfig): Reason[] {
  const { required = [], properties = {} } = startCommand?.configSchema ?? {}
  const names = Object.keys(properties).map((name) =>
    required.includes(name) ? `${name} (required)` : name,
  )
  const asked = {
    choice: 'Configuration',
    value: names.join(', ').slice(0, 500),
    because: 'smithery.yaml asks its users for it: set what the server reads as variables',
  }
  const unread = {
    choice: 'smithery.yaml',
    value: 'commandFunction is not run',
    because: 'it is JavaScript; the start command comes from the rest of the repository',
  }
  const said = {
    choice: 'smithery.yaml',
    value: `runtime ${runtime}`,
    because: 'it says what the server is',
  }
  return [
    ...(runtime === undefined ? [] : [said]),
    ...(names.length === 0 ? [] : [asked]),
    ...(startCommand?.type === 'stdio' ? [unread] : []),
  ]
}
