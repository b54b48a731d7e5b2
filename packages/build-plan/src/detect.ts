import { AppError } from '@moorage/domain/error'
import { type BuildPlan, buildPlanSchema, type Reason } from './plan.ts'
import type { Provider } from './provider.ts'
import { dockerfile } from './providers/dockerfile.ts'
import { fastmcpJson } from './providers/fastmcp-json.ts'
import { openapi, openapiAlone } from './providers/openapi.ts'
import { pythonPackage } from './providers/python-package.ts'
import { pythonProject } from './providers/python-project.ts'
import { pythonUndeclared } from './providers/python-undeclared.ts'
import { typescriptSdk } from './providers/typescript-sdk.ts'
import { repositoryPath } from './repository-path.ts'
import { readSettings, type Settings } from './settings.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

/** In the order of precedence: what says it most plainly comes first. */
const providers: readonly Provider[] = [
  openapi,
  pythonPackage,
  fastmcpJson,
  dockerfile,
  pythonProject,
  typescriptSdk,
  pythonUndeclared,
  openapiAlone,
]

/**
 * A source tree turned into all that is needed to build and start it. Pure: nothing is run and
 * nothing outside the tree is read. Throws AppError `plan_failed` that says what was looked for.
 */
export function planBuild(
  tree: SourceTree,
  options: { rootDir?: string; overrides?: Settings } = {},
): BuildPlan {
  const { rootDir, settings } = settle(tree, options)
  const app = subtree(tree, rootDir)
  if (app.files.length === 0) throw emptyDirectory(rootDir)
  for (const provider of settings.dockerfile === undefined ? providers : [dockerfile]) {
    const plan = provider.detect(app, { rootDir, repository: tree, settings })
    if (plan !== null) return finish(plan, settings)
  }
  throw nothingFound(app, rootDir)
}

/** Whose word counts: the dashboard's settings over moorage.json, the nearer file over the root's. */
function settle(
  tree: SourceTree,
  options: { rootDir?: string; overrides?: Settings },
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
  const settled = {
    ...plan,
    port: settings.port ?? plan.port,
    path: settings.path ?? plan.path,
    transport: settings.transport ?? plan.transport,
    packages: settings.packages ?? plan.packages,
    start: { ...plan.start, env: { ...plan.start.env, ...settings.env } },
    reasons: [...plan.reasons, ...settingReasons(settings)],
  }
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

function settingReasons(settings: Settings): Reason[] {
  const because = 'moorage.json or the server’s settings say so'
  const shown = {
    'Start command': settings.start?.join(' '),
    'Build command': settings.build?.join(' '),
    Port: settings.port?.toString(),
    Path: settings.path,
    Transport: settings.transport,
    Packages: settings.packages?.join(' '),
    Environment: settings.env && Object.keys(settings.env).join(' '),
  }
  return Object.entries(shown).flatMap(([choice, value]) =>
    value === undefined ? [] : [{ choice, value: value.slice(0, 500), because }],
  )
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

const manifests =
  /(?:^|\/)(?:moorage\.json|fastmcp\.json|Dockerfile|pyproject\.toml|requirements\.txt|package\.json)$/

function nothingFound(app: SourceTree, rootDir: string): AppError {
  const where = rootDir === '.' ? 'the repository’s root' : rootDir
  const deeper = app.files.find((file) => file.includes('/') && manifests.test(file))
  const directory = deeper?.slice(0, deeper.lastIndexOf('/'))
  return new AppError(
    'plan_failed',
    `No MCP server was found in ${where}. Looked for moorage.json, fastmcp.json, a Dockerfile, requirements.txt or pyproject.toml with fastmcp or mcp, and package.json with @modelcontextprotocol/sdk or @modelcontextprotocol/server.`,
    {
      hint:
        directory === undefined
          ? 'Add one of these files, or a Dockerfile whose server listens on PORT.'
          : `There is one in ${directory}: if that is the server, set the root directory to it.`,
    },
  )
}
