import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastmcpPython } from '../../e2e/clients/install.ts'
import { run } from '../../e2e/platform.ts'
import type { Source } from './subject.ts'

/**
 * A server's files in a directory of their own, to be removed with `remove`. `mirrorDir` may hold
 * bare repositories as OWNER+NAME, for machines that reach no forge. Throws what the client said.
 */
export async function fetchSource(
  source: Source,
  options: { mirrorDir: string | null },
): Promise<{ dir: string; remove(): void }> {
  const base = mkdtempSync(join(tmpdir(), 'moorage-source-'))
  const dir = join(base, 'source')
  mkdirSync(dir)
  const remove = () => rmSync(base, { recursive: true, force: true })
  try {
    if ('directory' in source) cpSync(source.directory, dir, { recursive: true })
    else if ('npm' in source) await unpackNpm(source.npm, base, dir)
    else if ('pypi' in source) await unpackPypi(source.pypi, base, dir)
    else await checkOut(source, dir, options.mirrorDir)
    return { dir, remove }
  } catch (error) {
    remove()
    throw error
  }
}

async function unpackNpm(name: string, base: string, dir: string): Promise<void> {
  await must('npm', ['pack', '--silent', '--pack-destination', base, '--', name])
  await unpack(base, dir)
}

async function unpackPypi(name: string, base: string, dir: string): Promise<void> {
  const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:']
  await must(await fastmcpPython(), [...download, '--dest', base, '--', name])
  await unpack(base, dir)
}

async function unpack(base: string, dir: string): Promise<void> {
  const archive = readdirSync(base).find((file) => /\.(?:tgz|tar\.gz)$/.test(file))
  if (!archive) throw new Error('The registry gave no archive.')
  await must('tar', ['-xzf', join(base, archive), '-C', dir, '--strip-components=1'])
}

async function checkOut(
  { repository, commit }: { repository: string; commit: string },
  dir: string,
  mirrorDir: string | null,
): Promise<void> {
  const name = new URL(repository).pathname
    .slice(1)
    .replace(/\.git$/, '')
    .replace('/', '+')
  const mirror = mirrorDir === null ? null : join(mirrorDir, name)
  const from = mirror !== null && existsSync(mirror) ? mirror : repository
  await must('git', ['clone', '--quiet', '--no-checkout', '--', from, dir])
  await must('git', ['-C', dir, '-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', commit])
}

async function must(file: string, args: string[]): Promise<void> {
  const done = await run(file, args)
  if (done.exitCode !== 0) throw new Error(`${file}: ${(done.stderr || done.stdout).slice(-1000)}`)
}
