import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureProgram } from '@moorage/testing/system-package'
import { expect, test } from 'vitest'
import { makeDeployKey, openDeployKey } from './deploy-key.ts'

test('ssh-keygen derives the public half from the private file that we write', async () => {
  const keygen = await ensureProgram('ssh-keygen', ['openssh-client'], () => {})
  const key = randomBytes(32)
  const made = makeDeployKey(key, 'srv_1', 'weather')
  const dir = mkdtempSync(join(tmpdir(), 'moorage-key-'))
  try {
    const file = join(dir, 'key')
    writeFileSync(file, openDeployKey(key, 'srv_1', made.sealedPrivateKey), { mode: 0o600 })
    const derived = execFileSync(keygen, ['-y', '-f', file], { encoding: 'utf8' })
    expect(derived.trim().split(' ').slice(0, 2)).toEqual(made.publicKey.split(' ').slice(0, 2))
  } finally {
    rmSync(dir, { recursive: true })
  }
})
