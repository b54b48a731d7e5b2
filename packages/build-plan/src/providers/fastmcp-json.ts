import {
  type FastmcpConfig,
  invalidFastmcpConfig as invalid,
  readFastmcpConfig,
} from '../fastmcp-config.ts'
import { hostPlaceholder, portPlaceholder } from '../fill-command.ts'
import type { BuildPlan } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { pythonInstall } from '../python-install.ts'
import type { PythonManifest } from '../python-manifest.ts'
import { installReason, pythonPlan } from '../python-plan.ts'
import { requirementName } from '../python-requirements.ts'
import { inEnvironment } from '../python-start.ts'
import { fromRequirements, readPythonManifest } from '../read-python-manifest.ts'
import { repositoryPath } from '../repository-path.ts'
import type { SourceTree } from '../source-tree.ts'
import { subtree } from '../subtree.ts'

/** A repository that says itself how fastmcp runs it. */
export const fastmcpJson: Provider = {
  name: 'fastmcp.json',
  detect(tree, context) {
    const config = readFastmcpConfig(tree)
    return config === null ? null : planConfig(tree, context, config)
  },
}

function planConfig(tree: SourceTree, context: Context, config: FastmcpConfig): BuildPlan {
  const { settings } = context
  const file = sourceFile(tree, config)
  const { manifest, requirements } = dependenciesOf(tree, config)
  const editable = (config.environment?.editable ?? []).map((path) =>
    repositoryPath(path, 'environment.editable in fastmcp.json'),
  )
  const path = settings.path ?? config.deployment?.path ?? '/mcp'
  const asked = pythonRange(config.environment?.python)
  return pythonPlan(tree, context, {
    flavor: 'Python FastMCP',
    stages: pythonInstall(manifest, { requirements, editable, build: settings.build }),
    command: settings.start ? inEnvironment(settings.start, manifest) : runCommand(path),
    path,
    requires: {
      range: asked ?? manifest.requiresPython,
      source: asked ? 'environment.python in fastmcp.json' : 'requires-python',
    },
    reasons: [
      installReason(manifest),
      { choice: 'Entry point', value: file, because: 'source.path in fastmcp.json names it' },
    ],
  })
}

/** Given as a path, or as fastmcp's own `path.py:object`. */
function sourceFile(tree: SourceTree, config: FastmcpConfig): string {
  const path = config.source.path.replace(/:[A-Za-z_]\w{0,80}(?:\(\))?$/, '')
  const file = repositoryPath(path, 'source.path in fastmcp.json')
  if (tree.files.includes(file)) return file
  throw invalid(`source.path names ${file}, which is not in the repository`)
}

/** fastmcp takes env, args, cwd and the rest from the file; what it is told here comes first. */
function runCommand(path: string): string[] {
  const flags = ['--transport', 'http', '--host', hostPlaceholder, '--port', portPlaceholder]
  const file = ['.venv/bin/fastmcp', 'run', 'fastmcp.json']
  return [...file, ...flags, '--path', path, '--no-banner', '--skip-env']
}

/** What the file lists, on top of what the project's own manifest does. */
function dependenciesOf(
  tree: SourceTree,
  { environment }: FastmcpConfig,
): { manifest: PythonManifest; requirements: string[] } {
  const listed = environment?.dependencies ?? []
  const manifest = manifestOf(tree, environment?.requirements, environment?.project)
  const names = new Set([...manifest.names, ...listed.map(requirementName)])
  const hasFastmcp = names.has('fastmcp') || names.has('fastmcp-slim')
  // `fastmcp run` of such a file adds itself to the environment, so the file need not name it.
  return { manifest, requirements: hasFastmcp ? listed : [...listed, 'fastmcp'] }
}

function manifestOf(
  tree: SourceTree,
  requirements: string | null | undefined,
  project: string | null | undefined,
): PythonManifest {
  if (requirements) {
    const file = repositoryPath(requirements, 'environment.requirements in fastmcp.json')
    if (!tree.files.includes(file)) throw invalid(`${file} is not in the repository`)
    return fromRequirements(tree, file)
  }
  const directory = repositoryPath(project ?? '.', 'environment.project in fastmcp.json')
  if (directory === '.') return readPythonManifest(tree)
  if (!tree.files.includes(`${directory}/pyproject.toml`))
    throw invalid(`there is no pyproject.toml in ${directory}`)
  const manifest = readPythonManifest(subtree(tree, directory))
  const at = (path: string) => (path === '.' ? directory : `${directory}/${path}`)
  const [whole] = manifest.copy
  return {
    ...manifest,
    kind: manifest.kind === 'uv-lock' ? 'uv-lock' : 'pyproject',
    file: at(manifest.file ?? 'pyproject.toml'),
    copy: whole === '.' ? ['.'] : manifest.copy.map(at),
    directory,
    packages: manifest.packages.map(at),
  }
}

/** "3.12" means that line; anything else is a range already. */
function pythonRange(python: string | null | undefined): string | null {
  if (!python) return null
  return /^3\.\d{1,2}$/.test(python) ? `==${python}.*` : python
}
