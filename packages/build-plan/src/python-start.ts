import type { Command } from './plan.ts'
import type { PythonManifest } from './python-manifest.ts'

const environmentPrograms = /^(?:fastmcp|mcp|uvicorn|gunicorn|hypercorn|daphne)$/
const optionsWithValue =
  /^(?:--directory|--project|--with|--with-requirements|--with-editable|--python|-p|--extra|--group|--env-file)$/

/**
 * A start command as people type it on their own machine (`python server.py`, `uv run notes`), with
 * the project's environment in the place of what an activated shell or uv would find.
 */
export function inEnvironment(start: Command, manifest: PythonManifest): Command {
  const [program = '', ...rest] = withoutRunner(start)
  if (program.endsWith('.py')) return ['.venv/bin/python', program, ...rest]
  if (/^python(?:3(?:\.\d{1,2})?)?$/.test(program)) return ['.venv/bin/python', ...rest]
  if (program in manifest.scripts && manifest.packages.includes(manifest.directory))
    return ['.venv/bin/python', `.moorage/site/bin/${program}`, ...rest]
  const isRunner = start[0] !== program && !program.includes('/')
  if (isRunner || environmentPrograms.test(program)) return [`.venv/bin/${program}`, ...rest]
  return start
}

/** Without `uv run`, `poetry run` or `pipenv run`: no installer is there any more at start. */
function withoutRunner(start: Command): Command {
  if (!/^(?:uv|poetry|pipenv)$/.test(start[0] ?? '')) return start
  const words = withoutOptions(start.slice(1))
  if (words[0] !== 'run') return start
  const rest = withoutOptions(words.slice(1))
  return rest.length > 0 ? rest : start
}

function withoutOptions(words: Command): Command {
  let at = 0
  while (words[at]?.startsWith('-')) at += optionsWithValue.test(words[at] ?? '') ? 2 : 1
  return words.slice(at)
}
