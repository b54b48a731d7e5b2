import { AppError } from '@moorage/domain/error'
import { type Source, scanSources } from './scan-sources.ts'
import type { SourceTree } from './source-tree.ts'

const mainPackage = /^package main\b/m
const mcpImport = /"github\.com\/[\w-]+\/(?:go-sdk|mcp-go|mcp-golang|go-mcp)\//

/** The package that becomes the server's program, as `go build` names it. Throws plan_failed. */
export function findGoMain(tree: SourceTree): { package: string; because: string } {
  const mains = scanSources(tree, ['.go']).filter(
    ({ path, text }) =>
      mainPackage.test(text) &&
      !path.endsWith('_test.go') &&
      !/(^|\/)(vendor|internal)\//.test(path),
  )
  const directories = [...new Set(mains.map(directoryOf))]
  if (directories.includes('.')) return { package: '.', because: 'its main package is at the top' }
  const [only] = directories
  if (directories.length === 1 && only !== undefined) {
    return { package: `./${only}`, because: 'it is the only main package' }
  }
  const serving = [...new Set(mains.filter(({ text }) => mcpImport.test(text)).map(directoryOf))]
  const named = directories.filter((directory) => /mcp|server/i.test(directory.replace(/.*\//, '')))
  for (const [found, because] of [
    [serving, 'it is the only main package that uses the MCP library'],
    [named, 'it is the only main package that is named after a server'],
  ] as const) {
    if (found.length === 1) return { package: `./${found[0]}`, because }
  }
  throw unclear(directories)
}

function directoryOf({ path }: Source): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
}

function unclear(directories: string[]): AppError {
  const which = directories.slice(0, 8).join(', ').slice(0, 300)
  return new AppError(
    'plan_failed',
    directories.length === 0
      ? 'The Go module has no main package: looked at the top, in cmd and below.'
      : `The Go module has several programs, and nothing says which one is the server: ${which}.`,
    {
      hint: 'Say it in moorage.json: "build": "go build -o .moorage/server ./cmd/server".',
    },
  )
}
