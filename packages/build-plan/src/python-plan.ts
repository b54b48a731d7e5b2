import { choosePython } from './language-version.ts'
import type { BuildPlan, Reason } from './plan.ts'
import type { Context } from './provider.ts'
import type { PythonStages } from './python-install.ts'
import type { PythonManifest } from './python-manifest.ts'
import type { SourceTree } from './source-tree.ts'

type Parts = Pick<BuildPlan, 'flavor'> & {
  stages: PythonStages
  command: string[]
  transport?: BuildPlan['transport']
  path?: string
  /** Where else than in .python-version the version is asked for. */
  requires: { range: string | null; source: string }
  env?: Record<string, string>
  reasons: Reason[]
}

/** A plan on the Python base image, of the parts in which one flavour differs from another. */
export function pythonPlan(tree: SourceTree, context: Context, parts: Parts): BuildPlan {
  const { settings, rootDir } = context
  const { pythonPath, ...stages } = parts.stages
  const python = choosePython(tree, settings, parts.requires)
  return {
    version: 1,
    kind: 'python',
    flavor: parts.flavor,
    rootDir,
    dockerfile: null,
    base: { language: 'python', version: python.version },
    packages: [],
    ...stages,
    start: { command: parts.command, env: { ...parts.env, ...pythonEnv(pythonPath) } },
    port: 8000,
    path: settings.path ?? parts.path ?? '/mcp',
    transport: parts.transport ?? 'streamable-http',
    reasons: [python.reason, ...parts.reasons],
  }
}

/** What every Python server wants: log lines at once, and no attempt to write beside the source. */
function pythonEnv(pythonPath: string): Record<string, string> {
  const path: Record<string, string> = pythonPath === '' ? {} : { PYTHONPATH: pythonPath }
  return { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...path }
}

export function installReason(manifest: PythonManifest): Reason {
  const value = manifest.file ?? 'fastmcp.json'
  const because = {
    'uv-lock': 'it pins every dependency',
    'poetry-lock': 'it pins every dependency',
    pyproject: manifest.lacking
      ? `uv.lock is out of date: it lacks ${manifest.lacking}`
      : 'it is there and uv.lock is not',
    requirements: 'it lists the dependencies',
    script: 'the block at its top lists the dependencies',
    none: 'environment.dependencies lists them',
  }[manifest.kind]
  return { choice: 'Dependencies', value, because }
}
