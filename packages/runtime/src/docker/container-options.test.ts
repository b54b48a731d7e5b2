import { newId } from '@moorage/domain/id'
import { expect, test } from 'vitest'
import type { InstanceSpec } from '../driver.ts'
import { nodePlan } from '../testing/fixture.ts'
import { containerOptions } from './container-options.ts'

const spec: InstanceSpec = {
  instanceId: newId('ins'),
  serverId: newId('srv'),
  deploymentId: newId('dep'),
  imageId: 'sha256:0',
  plan: nodePlan(),
  env: {},
  volume: null,
  limits: { memoryBytes: 2 ** 27, cpus: 1, pids: 64, maxChildren: 4 },
}
const made = {
  name: 'name',
  network: 'network',
  labels: { mine: 'mine' },
  bridge: null,
  volume: null,
}
const userFor = (User: string) => containerOptions(spec, { User }, made).User

test.each([
  ['', '10001:10001'],
  ['root', '10001:10001'],
  ['0', '10001:10001'],
  ['00', '10001:10001'],
  ['0:1000', '10001:10001'],
  ['node', '10001:10001'],
  ['1000', '1000:1000'],
  ['1000:0', '1000:1000'],
  ['1000:root', '10001:10001'],
  ['1000:50', '1000:50'],
  ['-1', '10001:10001'],
])('an image for user "%s" runs as %s', (user, runsAs) => {
  expect(userFor(user)).toBe(runsAs)
})

test('never takes a label of its image over one of ours', () => {
  const image = { Labels: { mine: 'theirs', other: 'x' } }
  expect(containerOptions(spec, image, made).Labels).toEqual({ mine: 'mine', other: '' })
})

test('lets a setting of the server’s environment not move where it listens', () => {
  const options = containerOptions({ ...spec, env: { PORT: '1', HOST: 'x', HOME: '/h' } }, {}, made)
  expect(options.Env).toEqual(expect.arrayContaining(['PORT=8080', 'HOST=0.0.0.0', 'HOME=/h']))
})

test('runs what a repository’s own Dockerfile says', () => {
  const options = containerOptions(
    { ...spec, plan: nodePlan([], { kind: 'dockerfile', start: { command: [], env: {} } }) },
    {},
    made,
  )
  expect(options.Cmd).toBeUndefined()
  expect(options.Entrypoint).toBeUndefined()
})

test('puts the bridge in front of what an image runs by itself, and tells it of no port', () => {
  const plan = nodePlan([], {
    kind: 'image',
    transport: 'stdio',
    start: { command: [], env: {} },
  })
  const image = { Entrypoint: ['/bin/tool'], Cmd: ['--stdio'] }
  const { Entrypoint, Cmd, Env, HostConfig } = containerOptions({ ...spec, plan }, image, {
    ...made,
    bridge: 'volume',
    volume: null,
  })
  expect(Entrypoint).toEqual(['/moorage/ld.so'])
  expect(Cmd?.slice(-5)).toEqual(['--max-children', '4', '--', '/bin/tool', '--stdio'])
  expect(Env).toEqual(expect.arrayContaining(['PORT', 'HOST']))
  expect(HostConfig?.Mounts).toMatchObject([{ Source: 'volume', ReadOnly: true }])
})
