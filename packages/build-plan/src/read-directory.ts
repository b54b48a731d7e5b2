import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@moorage/domain/error'
import type { SourceTree } from './source-tree.ts'

const maxFileBytes = 1024 * 1024
const defaultMaxFiles = 50_000
const maxDepth = 64

/** Never a server's own source, and often huge. */
const skipped = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.moorage'])

/**
 * The tree of a fetched repository. Symbolic links are left out, to files and to directories
 * alike, so that nothing outside the directory can be named. Throws plan_failed past the caps.
 */
export async function readDirectory(
  directory: string,
  options: { maxFiles?: number } = {},
): Promise<SourceTree> {
  const files: string[] = []
  await collect(directory, '', 0, files, options.maxFiles ?? defaultMaxFiles)
  files.sort()
  const known = new Set(files)
  return {
    files,
    read: (path) => (known.has(path) ? readText(join(directory, path)) : null),
  }
}

async function collect(
  root: string,
  below: string,
  depth: number,
  files: string[],
  maxFiles: number,
): Promise<void> {
  if (depth > maxDepth) throw tooLarge(`directories nested more than ${maxDepth} deep`)
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) await collect(root, path, depth + 1, files, maxFiles)
    } else if (entry.isFile()) {
      if (files.length >= maxFiles) throw tooLarge(`more than ${maxFiles} files`)
      files.push(path)
    }
  }
}

function readText(path: string): string | null {
  // O_NOFOLLOW: a file swapped for a link after the listing is refused by the kernel.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    if (fstatSync(file).size > maxFileBytes) return null
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function tooLarge(what: string): AppError {
  return new AppError('plan_failed', `The repository has ${what}.`, {
    hint: 'Take generated files and vendored dependencies out of git.',
  })
}
