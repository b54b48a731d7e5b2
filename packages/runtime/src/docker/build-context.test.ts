import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildContext } from './build-context.ts'

let dir: string
let repository: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'moorage-context-'))
  repository = join(dir, 'repository')
  await mkdir(repository)
  for (const name of ['server.js', 'notes.md']) await writeFile(join(repository, name), name)
})
afterAll(() => rm(dir, { recursive: true }))

async function names(): Promise<string[]> {
  const dockerfile = { path: 'Dockerfile', content: 'FROM scratch' }
  const archive = await buildContext(repository, { dockerfile, asTheUserWrote: true })
  const found: string[] = []
  for await (const entry of archive.pipe(extract())) {
    found.push(entry.header.name)
    entry.resume()
  }
  return found.sort()
}

test('a .dockerignore that is a link is followed within the repository and no further', async () => {
  const link = join(repository, '.dockerignore')
  await writeFile(join(dir, 'outside'), 'notes.md\n')
  await symlink('../outside', link)
  expect(await names()).toContain('notes.md')
  await rm(link)
  // Without an end: whoever reads it takes gigabytes.
  await symlink('/dev/zero', link)
  expect(await names()).toContain('notes.md')
  await rm(link)
  await writeFile(join(repository, 'ignored'), 'notes.md\n')
  await symlink('ignored', link)
  expect(await names()).not.toContain('notes.md')
})
