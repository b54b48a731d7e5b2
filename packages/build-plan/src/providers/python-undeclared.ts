import { AppError } from '@moorage/domain/error'
import type { Provider } from '../provider.ts'
import { findPythonEntry } from '../python-entry.ts'

/** The commonest half of a server: a .py file that runs on its author's machine, and no manifest. */
export const pythonUndeclared: Provider = {
  name: 'Python without a manifest',
  detect(tree) {
    const entry = findPythonEntry(tree)
    // A file further down may be an example in another language's repository.
    if (entry === null || entry.path.includes('/')) return null
    throw new AppError(
      'plan_failed',
      `${entry.path} makes an MCP server, but nothing says what to install: looked for requirements.txt and pyproject.toml.`,
      { hint: `Add a requirements.txt with one line: ${entry.library}` },
    )
  },
}
