import { AppError } from '@moorage/domain/error'
import { noPythonManifest, type PythonManifest } from './python-manifest.ts'
import { parsePyproject } from './python-pyproject.ts'
import { manifestOfPyproject } from './python-pyproject-manifest.ts'
import { readRequirements, requirementName } from './python-requirements.ts'
import { readScriptMetadata, type ScriptMetadata } from './python-script-metadata.ts'
import type { SourceTree } from './source-tree.ts'

const speaksOfMcp = /\b(?:fast)?mcp\b/

/**
 * pyproject.toml (with uv.lock or poetry.lock where there is one), else requirements.txt, else the
 * block at the top of a lone script. Throws plan_failed.
 */
export function readPythonManifest(tree: SourceTree): PythonManifest {
  const text = tree.files.includes('pyproject.toml') ? tree.read('pyproject.toml') : ''
  const project = manifestOfPyproject(tree, parsePyproject(text))
  // A pyproject.toml is often there for a linter alone, beside the real list.
  if (project !== null && project.names.size > 0) return project
  if (tree.files.includes('requirements.txt')) return fromRequirements(tree, 'requirements.txt')
  if (project === null && speaksOfMcp.test(text ?? '')) throw unlockedPoetry()
  const script = readScriptMetadata(tree)
  if (script !== null) return fromScript(script)
  if (speaksOfMcp.test(tree.read('Pipfile') ?? '')) throw pipfile()
  return project !== null && text !== '' ? project : noPythonManifest
}

/** The same out of one named requirements file. */
export function fromRequirements(tree: SourceTree, file: string): PythonManifest {
  const { names, files, local, usesGit } = readRequirements(tree, file)
  return {
    ...noPythonManifest,
    kind: 'requirements',
    file,
    names,
    copy: local ? ['.'] : files,
    usesGit,
  }
}

function fromScript({ file, dependencies, requiresPython }: ScriptMetadata): PythonManifest {
  const names = dependencies.map(requirementName).filter((name) => name !== null)
  const usesGit = dependencies.some((dependency) => dependency.includes('git+'))
  const listed = { file, names: new Set(names), requirements: dependencies }
  return { ...noPythonManifest, kind: 'script', ...listed, requiresPython, usesGit }
}

function unlockedPoetry(): AppError {
  return new AppError('plan_failed', 'The Poetry project has no poetry.lock and is no package.', {
    hint: 'Run `poetry lock` and commit poetry.lock.',
  })
}

function pipfile(): AppError {
  return new AppError('plan_failed', 'The dependencies are in a Pipfile, which is not read here.', {
    hint: 'Run `pipenv requirements > requirements.txt` and commit that file.',
  })
}
