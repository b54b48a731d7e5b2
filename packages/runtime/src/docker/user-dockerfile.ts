import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { ownLayersLine } from '@moorage/build-plan/dockerfile'
import { AppError } from '@moorage/domain/error'
import { pathInside } from '../application-dir.ts'

const syntaxLine = /^\s*(?:#|\/\/)\s*syntax\s*=\s*(\S*)/i

/**
 * The repository's own Dockerfile, as it is but for a `# syntax=` line: that names a program to be
 * pulled and run as the builder's frontend, which decides what a build may do.
 */
export async function userDockerfile(
  appDir: string,
  path: string,
  onLog: (line: string) => void,
): Promise<{ path: string; content: string }> {
  const real = await pathInside(appDir, path, 'Dockerfile')
  const content = (await readFile(real, 'utf8')).replace(/^\uFEFF/, '')
  if (content.trimStart().startsWith('{'))
    throw new AppError('build_failed', 'The Dockerfile is not a Dockerfile.')
  return { path: relative(appDir, real), content: withoutSyntax(content, onLog) }
}

/**
 * Layers that secrets went into are found by builds of the same scope alone: another team that has
 * the same files, and not the secret, must not get what it fetched.
 */
export function withOwnLayers(content: string, cacheScope: string): string {
  let isFrom = false
  return content
    .split('\n')
    .flatMap((line) => {
      isFrom ||= /^\s*FROM\s/i.test(line)
      // A line that ends in the escape character goes on; what does not, ends the instruction.
      if (!isFrom || /[\\`]\s*$/.test(line)) return [line]
      isFrom = false
      return [line, ownLayersLine(cacheScope)]
    })
    .join('\n')
}

/** The line stays, empty, so that line numbers in errors stay right. */
function withoutSyntax(content: string, onLog: (line: string) => void): string {
  const lines = content.split('\n')
  for (const [i, line] of lines.entries()) {
    if (!/^\s*(?:#|\/\/|$)/.test(line)) break
    const frontend = syntaxLine.exec(line)?.[1]
    if (frontend === undefined) continue
    if (!/^(?:docker\.io\/)?docker\/dockerfile(?:[:@]|$)/.test(frontend))
      throw new AppError('build_failed', `The Dockerfile asks for the builder "${frontend}".`, {
        hint: 'Remove its "# syntax=" line: builds use the engine\'s own Dockerfile builder only.',
      })
    onLog(`"# syntax=${frontend}" has no effect: builds use the engine's own Dockerfile builder.`)
    lines[i] = '#'
  }
  return lines.join('\n')
}
