import { expect, test } from 'vitest'
import { parseOptions, root } from './options.ts'

test('starts with the example on the usual ports when nothing is asked for', () => {
  expect(parseOptions([], {})).toEqual({
    kind: 'start',
    withExample: true,
    portBase: 4400,
    runtime: 'auto',
    verbose: false,
    dataDir: `${root}.moorage`,
  })
})

test('lets the command line name the runtime over the environment', () => {
  const asked = parseOptions(['--runtime', 'docker'], { MOORAGE_RUNTIME: 'process' })
  expect(asked).toMatchObject({ runtime: 'docker' })
  expect(parseOptions([], { MOORAGE_RUNTIME: 'process' })).toMatchObject({ runtime: 'process' })
})

test('refuses what it does not know instead of starting anyhow', () => {
  const wrong = [['--no-exmaple'], ['--runtime', 'podman'], ['--port-base', '70000'], ['extra']]
  for (const args of wrong) expect(parseOptions(args, {}).kind).toBe('refused')
})
