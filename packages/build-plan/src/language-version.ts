import { AppError } from '@moorage/domain/error'
import { satisfies as satisfiesPep440 } from '@renovatebot/pep440'
import { intersects, validRange } from 'semver'
import type { Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'

/** In the order of preference: the first is used where nothing is asked for. */
const pythonVersions = ['3.12', '3.13', '3.14', '3.11', '3.10', '3.9']
const nodeVersions = ['24', '22', '20', '18']

type Chosen = { version: string; reason: Reason }
type Wish = { version: string | null; range: string | null; source: string }

/** The Python to build on: settings, else .python-version, else requires-python, else ours. */
export function choosePython(
  tree: SourceTree,
  settings: { python?: string | undefined },
  requires: { range: string | null; source: string },
): Chosen {
  const wishes: Wish[] = [
    { version: settings.python ?? null, range: null, source: 'moorage.json or the settings' },
    pythonFileWish(tree.read('.python-version')?.trim() ?? ''),
    { version: null, range: requires.range, source: requires.source },
  ]
  return choose('Python', wishes, pythonVersions, (range, version) =>
    // The base image has the newest patch release of its line.
    satisfiesPep440(`${version}.99`, range),
  )
}

/** What uv and pyenv take: a version, a range, or (of no use here) a virtual environment's name. */
function pythonFileWish(text: string): Wish {
  const source = '.python-version'
  const version = /^(?:cpython-)?(\d\.\d{1,2})\b/.exec(text)?.[1] ?? null
  const other = /^(?:pypy|graalpy|jython|stackless|miniconda|anaconda)\S{0,40}/.exec(text)?.[0]
  if (other !== undefined || (version !== null && /^(?:[012]\.|3\.[0-8]$)/.test(version)))
    throw noneFits('Python', source, other ?? version ?? '', pythonVersions)
  return { version, range: /^[<>=~!]/.test(text) ? (text.split('\n')[0] ?? null) : null, source }
}

/** The Node to build on: settings, else .nvmrc or .node-version, else engines.node, else ours. */
export function chooseNode(
  tree: SourceTree,
  settings: { node?: string | undefined },
  engines: string | null,
): Chosen {
  const wishes: Wish[] = [
    { version: settings.node ?? null, range: null, source: 'moorage.json or the settings' },
    ...['.nvmrc', '.node-version'].map((source) => ({
      version: /^v?(\d{2})\b/.exec(tree.read(source)?.trim() ?? '')?.[1] ?? null,
      range: null,
      source,
    })),
    { version: null, range: engines, source: 'engines.node in package.json' },
  ]
  return choose('Node', wishes, nodeVersions, (range, version) => {
    if (validRange(range) === null) throw new Error('not a range')
    return intersects(`${version}.x`, range)
  })
}

function choose(
  name: 'Python' | 'Node',
  wishes: Wish[],
  known: readonly string[],
  fits: (range: string, version: string) => boolean,
): Chosen {
  const choice = `${name} version`
  for (const { version, range, source } of wishes) {
    if (version !== null) {
      return { version, reason: { choice, value: version, because: `${source} asks for it` } }
    }
    if (range === null) continue
    const fitting = known.find((candidate) => fitsOrFails(name, source, range, candidate, fits))
    if (fitting === undefined) throw noneFits(name, source, range, known)
    const because = `${source} asks for ${range}`
    return { version: fitting, reason: { choice, value: fitting, because } }
  }
  const version = known[0] ?? ''
  return { version, reason: { choice, value: version, because: 'nothing asks for another one' } }
}

function fitsOrFails(
  name: string,
  source: string,
  range: string,
  version: string,
  fits: (range: string, version: string) => boolean,
): boolean {
  try {
    // Range parsers are slow on absurd input; no real range comes near this length.
    if (range.length > 200) throw new Error('too long')
    return fits(range, version)
  } catch (cause) {
    throw new AppError('plan_failed', `${source} is not a valid ${name} version range.`, {
      hint:
        name === 'Python' ? 'Write it as >=3.11, for example.' : 'Write it as >=22, for example.',
      cause,
    })
  }
}

function noneFits(name: string, source: string, range: string, known: readonly string[]): AppError {
  return new AppError('plan_failed', `No ${name} here fits ${source}: ${range}.`, {
    hint: `Available are ${[...known].sort().join(', ')}. Loosen the range, or bring a Dockerfile.`,
  })
}
