import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { readDirectory } from './read-directory.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tree-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('lists regular files and leaves out git, dependencies and caches', async () => {
  for (const dir of ['.git', 'node_modules/x', 'src'])
    await mkdir(join(root, dir), { recursive: true })
  for (const file of ['.git/config', 'node_modules/x/a.js', 'src/b.py', 'a.txt']) {
    await writeFile(join(root, file), 'x')
  }
  expect((await readDirectory(root)).files).toEqual(['a.txt', 'src/b.py'])
})

test('neither lists nor reads what is behind a symbolic link', async () => {
  await symlink('/etc/hostname', join(root, 'requirements.txt'))
  await symlink('/etc', join(root, 'etc'))
  const tree = await readDirectory(root)
  expect(tree.files).toEqual([])
  expect(tree.read('requirements.txt')).toBeNull()
  expect(tree.read('etc/hostname')).toBeNull()
  expect(tree.read('../../../etc/hostname')).toBeNull()
})

test('does not follow a file that became a link after it was listed', async () => {
  await writeFile(join(root, 'a'), 'mine')
  const tree = await readDirectory(root)
  await unlink(join(root, 'a'))
  await symlink('/etc/hostname', join(root, 'a'))
  expect(() => tree.read('a')).toThrow(/ELOOP/)
})

test('refuses a root directory that is a link out of the repository', async () => {
  await writeFile(join(root, 'README.md'), '')
  await symlink('/etc', join(root, 'app'))
  const tree = await readDirectory(root)
  expect(() => planBuild(tree, { rootDir: 'app' })).toThrow('There is no directory app.')
})

test('answers null for a file over 1 MiB', async () => {
  await writeFile(join(root, 'big'), Buffer.alloc(1024 * 1024 + 1))
  expect((await readDirectory(root)).read('big')).toBeNull()
})

test('refuses more files than the cap', async () => {
  for (let i = 0; i < 4; i += 1) await writeFile(join(root, `${i}`), '')
  await expect(readDirectory(root, { maxFiles: 3 })).rejects.toMatchObject({ code: 'plan_failed' })
})
