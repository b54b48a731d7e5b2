import { AppError } from '@moorage/domain/error'
import { describe, expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import type { Settings } from '../settings.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const planFor = (overrides: Settings) => planBuild(sourceTreeFrom({}), { overrides })

describe('an image', () => {
  test('is run as it is, and needs no repository', () => {
    const plan = planFor({ image: 'registry.example/server:1', port: 8080 })
    expect(plan).toMatchObject({
      kind: 'image',
      base: null,
      port: 8080,
      transport: 'streamable-http',
    })
    expect([plan.image, plan.start.command, plan.install.run]).toEqual([
      'registry.example/server:1',
      [],
      [],
    ])
  })

  test('is started by another command where the settings have one', () => {
    expect(planFor({ image: 'a/b', start: ['serve', '--http'] }).start.command).toEqual([
      'serve',
      '--http',
    ])
  })

  test('of a docker run speaks stdio', () => {
    const plan = planFor({ start: ['docker', 'run', '-i', '--rm', '-e', 'LEVEL=debug', 'a/b:1'] })
    expect([plan.image, plan.transport, plan.start.command]).toEqual(['a/b:1', 'stdio', []])
    expect(plan.start.env).toEqual({ LEVEL: 'debug' })
  })

  test.each([
    ['docker', 'run', '--privileged', 'a/b'],
    ['docker', 'run', '-v', '/:/host', 'a/b'],
    ['docker', 'run', '-i', 'A B'],
    ['docker', 'run', '-i'],
    ['docker', 'exec', 'x', 'sh'],
  ])('of %s %s %s is refused', (...start) => {
    expect(() => planFor({ start })).toThrow(AppError)
  })
})

describe('a server elsewhere', () => {
  test('keeps its path, and the headers that its calls go with', () => {
    const headers = { Authorization: `Bearer ${'$'}{TOKEN}` }
    const plan = planFor({ remote: { url: 'https://example.org/v1/mcp', headers } })
    expect(plan).toMatchObject({
      kind: 'remote',
      path: '/v1/mcp',
      port: 443,
      transport: 'streamable-http',
    })
    expect(plan.remote).toEqual({ url: 'https://example.org/v1/mcp', headers })
  })

  test('on the older transport is one', () => {
    expect(planFor({ remote: { url: 'http://example.org:81/sse' } })).toMatchObject({
      port: 81,
      transport: 'sse',
    })
  })
})
