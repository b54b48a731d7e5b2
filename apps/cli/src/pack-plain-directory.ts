import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { CliError } from './cli-error.ts'
import type { Env } from './env.ts'
import type { PackedSource } from './pack-source.ts'
import { git } from './run-git.ts'

/** Never sent from a directory that has no repository to say what belongs to it. */
const leftOut = [
  'node_modules/',
  '.venv/',
  'venv/',
  '__pycache__/',
  '.moorage/',
  '.env',
  '.env.*',
  '!.env.example',
  '.DS_Store',
]

/** All files below, but for what .gitignore leaves out; through a repository elsewhere that is gone afterwards. */
export async function packPlainDirectory(env: Env, dir: string): Promise<PackedSource> {
  if (dir === env.home || dirname(dir) === dir)
    throw new CliError(`${dir} is not a server's directory.`, {
      exitCode: 2,
      hint: 'Go to the directory of the server, or name it: moorage deploy ./weather',
    })
  const temp = mkdtempSync(join(tmpdir(), 'moorage-'))
  const remove = () => rm(temp, { recursive: true, force: true })
  try {
    await git(env, dir, ['init', '--quiet', '--bare', '--template=', '--', temp])
    const exclude = join(temp, 'exclude')
    writeFileSync(exclude, `${leftOut.join('\n')}\n`)
    const gitEnv = { GIT_DIR: temp, GIT_WORK_TREE: dir }
    const config: [string, string][] = [
      ['core.excludesFile', exclude],
      ['core.bare', 'false'],
      ['advice.addEmbeddedRepo', 'false'],
    ]
    const options = { env: gitEnv, config }
    await git(env, dir, ['add', '--all', '--', '.'], options)
    const count = (await git(env, dir, ['ls-files', '-z'], options))
      .split('\0')
      .filter(Boolean).length
    if (count === 0)
      throw new CliError(`There is nothing to deploy in ${dir}.`, {
        hint: 'Is it the right directory?',
      })
    return {
      cwd: dir,
      env: { GIT_DIR: temp },
      tree: await git(env, dir, ['write-tree'], options),
      message: `Files of ${basename(dir)}`,
      describe: count === 1 ? '1 file' : `${count} files`,
      notes: ['git does not track this directory: sending all that .gitignore does not leave out'],
      [Symbol.asyncDispose]: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
