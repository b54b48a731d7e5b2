import { AppError } from '@moorage/domain/error'
import type { Reason } from '../plan.ts'
import type { Provider } from '../provider.ts'
import { repositoryPath } from '../repository-path.ts'
import type { SourceTree } from '../source-tree.ts'

const defaultPort = 8000

/** A repository that brings its own Dockerfile: built as it is, asked to listen on PORT. */
export const dockerfile: Provider = {
  name: 'Dockerfile',
  detect(tree, { rootDir, settings }) {
    const path = findDockerfile(tree, settings.dockerfile ?? null)
    if (path === null) return null
    const port = settings.port ? null : exposedPort(tree.read(path) ?? '')
    return {
      version: 1,
      kind: 'dockerfile',
      flavor: 'Dockerfile',
      rootDir,
      dockerfile: path,
      base: null,
      packages: [],
      install: { copy: [], run: [], caches: [] },
      build: { copy: [], run: [], caches: [] },
      start: { command: settings.start ?? [], env: {} },
      port: port ?? defaultPort,
      path: settings.path ?? '/mcp',
      transport: 'streamable-http',
      reasons: [
        { choice: 'Build', value: path, because: 'the repository brings its own Dockerfile' },
        portReason(port),
      ],
    }
  },
}

function findDockerfile(tree: SourceTree, named: string | null): string | null {
  if (named === null) return tree.files.includes('Dockerfile') ? 'Dockerfile' : null
  const path = repositoryPath(named, 'Dockerfile path')
  if (tree.files.includes(path)) return path
  throw new AppError('plan_failed', `There is no file ${path} in the application's directory.`, {
    hint: 'The Dockerfile path is relative to the root directory; a symbolic link does not count.',
  })
}

/** The port of the last stage's EXPOSE, where it is a plain number and the only one. */
function exposedPort(text: string): number | null {
  const joined = text.replace(/\\\r?\n/g, ' ')
  const lastStage = joined.split(/^[ \t]*FROM[ \t]/im).at(-1) ?? ''
  const ports = new Set<number>()
  for (const [, list] of lastStage.matchAll(/^[ \t]*EXPOSE[ \t]+([^\n#]{1,200})/gim)) {
    for (const word of (list ?? '').trim().split(/\s+/)) {
      const port = Number(/^(\d{1,5})(?:\/tcp)?$/i.exec(word)?.[1])
      if (port >= 1 && port <= 65535) ports.add(port)
    }
  }
  const [only] = ports
  return ports.size === 1 && only !== undefined ? only : null
}

function portReason(port: number | null): Reason {
  const because =
    port === null
      ? 'the Dockerfile exposes no one port, so the server is told by PORT'
      : 'the Dockerfile exposes it, and no other'
  return { choice: 'Port', value: String(port ?? defaultPort), because }
}
