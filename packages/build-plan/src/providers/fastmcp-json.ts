import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { hostPlaceholder, portPlaceholder } from '../fill-command.ts'
import { choosePython } from '../language-version.ts'
import type { BuildPlan } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { pythonEntryAt } from '../python-entry.ts'
import { pythonInstall } from '../python-install.ts'
import { fromRequirements, type PythonManifest, readPythonManifest } from '../python-manifest.ts'
import { requirementName } from '../python-requirements.ts'
import { repositoryPath } from '../repository-path.ts'
import type { SourceTree } from '../source-tree.ts'
import { installReason, pythonEnv } from './python-fastmcp.ts'

const requirementSchema = z
  .string()
  .max(500)
  // An argument that starts with a hyphen would be read as an option.
  .regex(/^[A-Za-z0-9]/)

/** fastmcp.json v1, as far as a host needs it; fastmcp itself reads the rest at start. */
const configSchema = z.looseObject({
  source: z.looseObject({
    type: z.literal('filesystem').default('filesystem'),
    path: z.string(),
    entrypoint: z
      .string()
      .regex(/^[A-Za-z_]\w{0,80}(?:\(\))?$/)
      .nullish(),
  }),
  environment: z
    .looseObject({
      type: z.literal('uv').default('uv'),
      python: z.string().max(200).nullish(),
      dependencies: z.array(requirementSchema).max(200).nullish(),
      requirements: z.string().nullish(),
      project: z.string().nullish(),
    })
    .nullish(),
  deployment: z.looseObject({ path: z.string().nullish() }).nullish(),
})
type Config = z.infer<typeof configSchema>

/** A repository that says itself how fastmcp runs it. */
export const fastmcpJson: Provider = {
  name: 'fastmcp.json',
  detect(tree, context) {
    if (!tree.files.includes('fastmcp.json')) return null
    return planConfig(tree, context, parseConfig(tree.read('fastmcp.json')))
  },
}

function planConfig(tree: SourceTree, context: Context, config: Config): BuildPlan {
  const { settings } = context
  const file = repositoryPath(config.source.path, 'source.path in fastmcp.json')
  const entry = pythonEntryAt(tree, file, config.source.entrypoint ?? null)
  if (entry === null) throw invalid(`source.path names ${file}, which is not in the repository`)
  const { manifest, extra } = dependenciesOf(tree, config)
  const python = choosePython(tree, settings, {
    range: pythonRange(config.environment?.python) ?? manifest.requiresPython,
    source: config.environment?.python ? 'environment.python in fastmcp.json' : 'requires-python',
  })
  const path = settings.path ?? pathOf(config)
  const { pythonPath, ...stages } = pythonInstall(manifest, {
    requirements: extra,
    build: settings.build,
  })
  const flags = [
    '--transport',
    'http',
    '--host',
    hostPlaceholder,
    '--port',
    portPlaceholder,
    '--path',
    path,
  ]
  return {
    version: 1,
    kind: 'python',
    flavor: 'Python FastMCP',
    rootDir: context.rootDir,
    dockerfile: null,
    base: { language: 'python', version: python.version },
    packages: [],
    ...stages,
    start: {
      // fastmcp takes env, args and the rest from the file; what it is told here comes first.
      command: settings.start ?? [
        '.venv/bin/fastmcp',
        'run',
        'fastmcp.json',
        ...flags,
        '--no-banner',
        '--skip-env',
      ],
      env: pythonEnv(pythonPath),
    },
    port: 8000,
    path,
    transport: 'streamable-http',
    reasons: [
      python.reason,
      installReason(manifest),
      { choice: 'Entry point', value: file, because: 'source.path in fastmcp.json names it' },
    ],
  }
}

/** What the file lists, on top of what the project's own manifest does. */
function dependenciesOf(
  tree: SourceTree,
  config: Config,
): { manifest: PythonManifest; extra: string[] } {
  const listed = config.environment?.dependencies ?? []
  const manifest = manifestOf(tree, config.environment?.requirements ?? null)
  const names = new Set([...manifest.names, ...listed.map(requirementName)])
  const hasFastmcp = names.has('fastmcp') || names.has('fastmcp-slim')
  // `fastmcp run` of such a file adds itself to the environment, so the file need not name it.
  return { manifest, extra: hasFastmcp ? listed : [...listed, 'fastmcp'] }
}

function manifestOf(tree: SourceTree, requirements: string | null): PythonManifest {
  if (requirements === null) return readPythonManifest(tree)
  const file = repositoryPath(requirements, 'environment.requirements in fastmcp.json')
  if (!tree.files.includes(file)) throw invalid(`${file} is not in the repository`)
  return fromRequirements(tree, file)
}

function pathOf(config: Config): string {
  const path = config.deployment?.path ?? '/mcp'
  if (!/^\/[A-Za-z0-9._~/-]{0,199}$/.test(path))
    throw invalid('deployment.path is not a plain path')
  return path
}

/** "3.12" means that line; anything else is a range already. */
function pythonRange(python: string | null | undefined): string | null {
  if (!python) return null
  return /^3\.\d{1,2}$/.test(python) ? `==${python}.*` : python
}

function parseConfig(text: string | null): Config {
  try {
    if (text === null) throw new Error('over 1 MiB')
    return configSchema.parse(JSON.parse(text))
  } catch (cause) {
    const where = cause instanceof z.ZodError ? cause.issues[0]?.path.join('.') : undefined
    throw invalid(
      where ? `${where.slice(0, 100)} is not as it should be` : 'it is not valid',
      cause,
    )
  }
}

function invalid(why: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `fastmcp.json cannot be used: ${why}.`, {
    hint: 'Try `fastmcp run fastmcp.json` on your own machine, or delete the file to have the server found without it.',
    cause,
  })
}
