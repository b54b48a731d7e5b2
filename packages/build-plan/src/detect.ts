import { AppError } from '@moorage/domain/error'
import { manifestDirectories } from './manifest-directories.ts'
import { manifestProviders, planByManifest } from './manifest-providers.ts'
import { type BuildPlan, buildPlanSchema, type Reason } from './plan.ts'
import type { Context, Provider } from './provider.ts'
import { alpic } from './providers/alpic.ts'
import { dockerfile } from './providers/dockerfile.ts'
import { fastmcpJson } from './providers/fastmcp-json.ts'
import { image } from './providers/image.ts'
import { npmPackage } from './providers/npm-package.ts'
import { openapi } from './providers/openapi.ts'
import { pythonPackage } from './providers/python-package.ts'
import { remote } from './providers/remote.ts'
import { smithery } from './providers/smithery.ts'
import { repositoryPath } from './repository-path.ts'
import { readSettings, type Settings } from './settings.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

/** Servers that the settings name whole, so that no repository need be there. */
const namedProviders: readonly Provider[] = [remote, image, openapi, pythonPackage, npmPackage]

/** In the order of precedence: what says it most plainly comes first. */
const foundProviders: readonly Provider[] = [fastmcpJson, smithery, alpic, ...manifestProviders]

type Options = {
  rootDir?: string
  overrides?: Settings
  /** False where nothing can build a Dockerfile: passed over then, where anything else fits. */
  dockerfiles?: boolean
  /** When the deployment was asked for: packages that name no version are then looked up anew. */
  askedAt?: Date
}

/**
 * A source tree turned into all that is needed to build and start it. Pure: nothing is run and
 * nothing outside the tree is read. Throws AppError `plan_failed` that says what was looked for.
 */
export function planBuild(tree: SourceTree, options: Options = {}): BuildPlan {
  const { rootDir, settings } = settle(tree, options)
  const app = subtree(tree, rootDir)
  const context = { rootDir, repository: tree, settings, askedAt: options.askedAt }
  const plan = findPlan(app, context)
  if (plan?.kind === 'dockerfile' && options.dockerfiles === false && !settings.dockerfile)
    return planWithoutDockerfile(app, context, noEngine) ?? plan
  if (plan !== null) return plan
  throw app.files.length === 0 ? emptyDirectory(rootDir) : nothingFound(app, rootDir)
}

/** As planBuild does, but null where nothing in the directory speaks of a server. */
export function planIfAny(tree: SourceTree, options: Options): BuildPlan | null {
  const { rootDir, settings } = settle(tree, options)
  return findPlan(subtree(tree, rootDir), { rootDir, repository: tree, settings })
}

function findPlan(app: SourceTree, context: Context): BuildPlan | null {
  const { dockerfile: named } = context.settings
  if (named === false) return planWithoutDockerfile(app, context, leftAside)
  const found = named === undefined ? foundProviders : [dockerfile]
  const plan = planByManifest(app, context, [...namedProviders, ...found])
  return plan && finish(plan, context.settings)
}

const noEngine = 'there is no container engine here; with one the Dockerfile is built'
const leftAside = 'moorage.json or the server’s settings leave it aside'

/** Smithery's and Alpic's files would lead to it again. */
function planWithoutDockerfile(
  app: SourceTree,
  context: Context,
  because: string,
): BuildPlan | null {
  const others = manifestProviders.filter((provider) => provider !== dockerfile)
  const plan = planByManifest(app, context, [...namedProviders, fastmcpJson, ...others])
  if (plan === null) return null
  const passedOver = { choice: 'Dockerfile', value: 'not used', because }
  return finish({ ...plan, reasons: [passedOver, ...plan.reasons] }, context.settings)
}

/** Whose word counts: the dashboard's settings over moorage.json, the nearer file over the root's. */
export function settle(
  tree: SourceTree,
  options: Options,
): { rootDir: string; settings: Settings } {
  const atRoot = readSettings(tree)
  const named = repositoryPath(atRoot.rootDir ?? '.', 'root directory in moorage.json')
  const asked = options.overrides?.rootDir ?? options.rootDir
  const rootDir = asked === undefined ? named : repositoryPath(asked, 'root directory')
  const nearer = rootDir === '.' ? {} : readSettings(subtree(tree, rootDir))
  // A root file that points elsewhere speaks of another application.
  const inherited = rootDir === named ? atRoot : {}
  return { rootDir, settings: { ...inherited, ...nearer, ...given(options.overrides ?? {}) } }
}

/** Without the fields that are there but undefined: they settle nothing. */
function given(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function finish(plan: BuildPlan, settings: Settings): BuildPlan {
  const buildPackages = together(plan.buildPackages, settings.buildPackages)
  const settled = {
    ...plan,
    ...(buildPackages.length > 0 && { buildPackages }),
    ...(settings.buildSecrets && { secrets: settings.buildSecrets }),
    ...(settings.callerSecrets && { callerSecrets: settings.callerSecrets }),
    port: settings.port ?? plan.port,
    path: settings.path ?? plan.path,
    transport: settings.transport ?? plan.transport,
    packages: together(plan.packages, settings.packages),
    start: { ...plan.start, env: { ...plan.start.env, ...settings.env } },
    reasons: [...plan.reasons, ...settingReasons(settings)],
  }
  if (settled.transport === 'stdio' && settings.callerSecrets?.length) throw noHeaders()
  const parsed = buildPlanSchema.safeParse(settled)
  if (parsed.success) return parsed.data
  throw new AppError(
    'plan_failed',
    'The build plan that comes out of this repository is too large.',
    {
      message: parsed.error.message.slice(0, 2000),
      hint: 'Shorten the names of the files and the commands that the server is started with.',
    },
  )
}

/** Debian packages are added to what planning found: without that the server would not start. */
function together(found: string[] = [], asked: string[] = []): string[] {
  return [...new Set([...found, ...asked])]
}

function settingReasons(settings: Settings): Reason[] {
  const because = 'moorage.json or the server’s settings say so'
  const shown = {
    'Start command': settings.start?.join(' '),
    'Build command': settings.build?.join(' '),
    Port: settings.port?.toString(),
    Path: settings.path,
    Transport: settings.transport,
    Packages: settings.packages?.join(' '),
    'Packages for the build': settings.buildPackages?.join(' '),
    'Build secrets': settings.buildSecrets?.join(' '),
    'Asked of each caller': settings.callerSecrets?.map(({ name }) => name).join(', '),
    Environment: settings.env && Object.keys(settings.env).join(' '),
  }
  return Object.entries(shown).flatMap(([choice, value]) =>
    value === undefined ? [] : [{ choice, value: value.slice(0, 500), because }],
  )
}

/** The bridge could hand it nothing, and its callers would have entered theirs for nothing. */
function noHeaders(): AppError {
  return new AppError('plan_failed', 'A server on stdio cannot ask its callers for secrets.', {
    hint: 'It sees no headers. Have it serve HTTP (transport: streamable-http), or take callerSecrets out of its moorage.json and settings.',
  })
}

function emptyDirectory(rootDir: string): AppError {
  const what = rootDir === '.' ? 'The repository is empty.' : `There is no directory ${rootDir}.`
  return new AppError('plan_failed', what, {
    hint:
      rootDir === '.'
        ? 'Commit the server’s files and push again.'
        : 'The root directory is relative to the repository’s root; a symbolic link does not count.',
  })
}

const looked = [
  'moorage.json',
  'fastmcp.json',
  'smithery.yaml',
  'alpic.json',
  'a Dockerfile',
  'requirements.txt or pyproject.toml with fastmcp or mcp',
  'package.json with @modelcontextprotocol/sdk, @modelcontextprotocol/server or fastmcp',
  'go.mod or Cargo.toml with an MCP library',
  'an OpenAPI document alone',
]

function nothingFound(app: SourceTree, rootDir: string): AppError {
  const where = rootDir === '.' ? 'the repository’s root' : rootDir
  const deeper = manifestDirectories(app).filter((directory) => directory !== '.')
  return new AppError(
    'plan_failed',
    `No MCP server was found in ${where}. Looked for ${looked.join(', ')}.`,
    {
      hint:
        deeper.length === 0
          ? 'Add one of these files, or a Dockerfile whose server listens on PORT.'
          : `There may be one in ${deeper.slice(0, 5).join(', ').slice(0, 300)}: if that is the server, set the root directory to it.`,
    },
  )
}
