import type { SourceTree } from './source-tree.ts'

export type Requirements = {
  /** Distribution names as PEP 503 normalises them. */
  names: Set<string>
  /** The file itself and all that it includes. */
  files: string[]
  /** It installs something from the repository itself, so the source has to be there first. */
  local: boolean
  /** Something in it comes from a git repository. */
  usesGit: boolean
}

const maxIncludes = 20

/** What a requirements.txt names, with the files that it includes by `-r` and `-c`. */
export function readRequirements(tree: SourceTree, path: string): Requirements {
  const result: Requirements = { names: new Set(), files: [], local: false, usesGit: false }
  const open = [path]
  while (open.length > 0 && result.files.length < maxIncludes) {
    const file = open.shift()
    if (file === undefined || result.files.includes(file)) continue
    const text = tree.read(file)
    // An include that is not in the tree may still be a link or a URL: only pip can tell.
    if (text === null) {
      result.local = true
      continue
    }
    result.files.push(file)
    result.usesGit ||= text.includes('git+')
    for (const line of text.split('\n')) readLine(line.trim(), file, result, open)
  }
  return result
}

function readLine(line: string, file: string, result: Requirements, open: string[]): void {
  const include = /^(?:-r|-c|--requirement|--constraint)[\s=]*(\S{1,500})/.exec(line)
  if (include?.[1] !== undefined) {
    const path = join(file, include[1])
    if (path === null) result.local = true
    else open.push(path)
  } else if (/^(?:-e|--editable|\.|file:)/.test(line)) {
    result.local = true
  } else {
    const name = requirementName(line)
    if (name !== null) result.names.add(name)
  }
}

/** The normalised name at the start of a PEP 508 requirement, or null where there is none. */
export function requirementName(requirement: string): string | null {
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})/.exec(requirement)
  return match?.[1]?.toLowerCase().replace(/[._-]+/g, '-') ?? null
}

function join(file: string, include: string): string | null {
  if (include.startsWith('/') || include.includes('..') || include.includes(':')) return null
  const slash = file.lastIndexOf('/')
  const path = slash < 0 ? include : `${file.slice(0, slash)}/${include}`
  return path.replace(/^(?:\.\/)+/, '')
}
