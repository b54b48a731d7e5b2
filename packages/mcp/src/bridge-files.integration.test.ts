import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scripted } from './bridge/fixtures/start-bridge.ts'
import { bridgeFiles } from './bridge-files.ts'

test('the files run where nothing is installed, and take nothing but Node', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'moorage-bridge-'))
  const files = bridgeFiles()
  for (const { path, content } of files) await writeFile(join(dir, path), content)
  const names = files.map(({ path }) => path)
  expect(names).toContain('main.js')
  const imports = files.flatMap(({ content }) =>
    [...content.matchAll(/^(?:import|export) .*?from '(.+)'|import\('(.+)'\)/gm)].map(
      (one) => one[1] ?? '',
    ),
  )
  expect(imports.length).toBeGreaterThan(20)
  for (const name of imports)
    expect(
      names.includes(name.slice(2)) || builtinModules.includes(name.slice('node:'.length)),
    ).toBe(true)

  const bridge = spawn(process.execPath, [join(dir, 'main.js'), '--port', '0', '--', ...scripted], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    const [line] = await bridge.stderr.take(1).toArray()
    expect(String(line)).toMatch(/^bridge: listening on 127\.0\.0\.1:\d+\/mcp\n$/)
  } finally {
    bridge.kill()
    await rm(dir, { recursive: true })
  }
})
