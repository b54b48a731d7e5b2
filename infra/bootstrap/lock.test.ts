import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tryLock } from './lock.mjs'

const dir = mkdtempSync(join(tmpdir(), 'moorage-lock-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('is held by one, who is named to the others, until it is released', async () => {
  const file = join(dir, 'one')
  const first = await tryLock(file)
  expect(await tryLock(file)).toEqual({ held: false, holderPid: process.pid })
  if (first.held) first.release()
  const next = await tryLock(file)
  expect(next.held).toBe(true)
  if (next.held) next.release()
  expect(existsSync(file)).toBe(false)
})

test('is taken over from a dead holder, and from one whose pid is now another process', async () => {
  for (const stale of ['999999999:1', `${process.pid}:1`]) {
    const file = join(dir, `stale-${stale}`)
    writeFileSync(file, stale)
    expect((await tryLock(file)).held).toBe(true)
  }
})

test('never lets two processes hold it at once, even after a crash of its holder', async () => {
  const [file, journal] = [join(dir, 'raced'), join(dir, 'journal')]
  writeFileSync(file, '999999999:1')
  const racers = Array.from({ length: 4 }, () =>
    fork(join(import.meta.dirname, 'fixtures/racer.mjs'), [file, journal], { execArgv: [] }),
  )
  await Promise.all(racers.map((racer) => new Promise((resolve) => racer.once('exit', resolve))))
  const words = readFileSync(journal, 'utf8').trim().split('\n')
  expect(words).toHaveLength(4 * 5 * 2)
  for (let at = 0; at < words.length; at += 2) {
    expect([words[at], words[at + 1]]).toEqual([
      expect.stringContaining('in'),
      words[at]?.replace('in', 'out'),
    ])
  }
})
