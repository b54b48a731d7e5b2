import { AppError } from '@moorage/domain/error'
import type { Provider } from '../provider.ts'
import { scanSources } from '../scan-sources.ts'

const usesLibrary = /^(?:from|import) (fastmcp|mcp)\b/m

/** The commonest half of a server: a .py file that runs on its author's machine, and no manifest. */
export const pythonUndeclared: Provider = {
  name: 'Python without a manifest',
  detect(tree) {
    for (const { path, text } of scanSources(tree, ['.py'])) {
      const library = usesLibrary.exec(text)?.[1]
      // A file further down may be an example in another language's repository.
      if (library !== undefined && !path.includes('/')) throw undeclared(path, library)
    }
    return null
  },
}

function undeclared(path: string, library: string): AppError {
  return new AppError(
    'plan_failed',
    `${path} makes an MCP server, but nothing says what to install: looked for requirements.txt, pyproject.toml and a script block (PEP 723).`,
    { hint: `Add a requirements.txt with one line: ${library}` },
  )
}
