import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadState, saveState } from './state.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'moorage-state-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

test('makes secrets once, keeps them, and lets nobody else read them', () => {
  const first = loadState(dataDir)
  expect(Buffer.from(first.encryptionKey, 'base64')).toHaveLength(32)
  expect(loadState(dataDir)).toEqual(first)
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('keeps the file private when it is written again, and leaves no draft', () => {
  saveState(dataDir, { ...loadState(dataDir), adminApiKey: 'moor_x' })
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toContain('moor_x')
  expect(readdirSync(dataDir)).toEqual(['secrets.json'])
})
