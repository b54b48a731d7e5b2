import { setTimeout as sleep } from 'node:timers/promises'
import { dockerIsUp, testRedisUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callWithPython, callWithTypeScript, inspector } from './clients/clients.ts'
import { callConstantly } from './clients/load.ts'
import { type Platform, startPlatform } from './platform.ts'
import { createRepository, type Repository } from './repository.ts'

const golang = process.env.TEST_BASE_IMAGE_GOLANG

describe.runIf(dockerIsUp())('pushed with git, under docker, with Redis', () => {
  let platform: Platform
  const repositories: Repository[] = []
  const endpoint = (slug: string) => ({
    url: `${platform.ready.routerUrl}/${slug}/mcp`,
    key: platform.ready.adminApiKey,
  })
  async function repository(example: string): Promise<Repository> {
    const made = await createRepository(example)
    repositories.push(made)
    return made
  }

  beforeAll(async () => {
    platform = await startPlatform({
      runtime: 'docker',
      redisUrl: testRedisUrl(),
      args: ['--no-example', '--port-base', '14400'],
    })
  })
  afterAll(async () => {
    for (const made of repositories) made.remove()
    await platform?.stop()
  })

  const add = { name: 'add', arguments: { a: 20, b: 22 } }

  test('a Python FastMCP server with dependencies from PyPI answers both official clients', async () => {
    const repo = await repository('python-fastmcp')
    await repo.commit('First version')
    const pushed = await repo.push(platform.ready, 'e2e-python')
    expect(pushed.exitCode, pushed.stderr).toBe(0)
    expect(pushed.stderr).toMatch(/remote: .*uv pip install/)
    expect(pushed.stderr).toContain(`${platform.ready.routerUrl}/e2e-python/mcp`)
    const tools = ['add', 'greet', 'slow']
    expect(await callWithTypeScript(endpoint('e2e-python'), add, 'auto')).toEqual({
      tools,
      text: '42',
    })
    expect(await callWithTypeScript(endpoint('e2e-python'), add, 'legacy')).toEqual({
      tools,
      text: '42',
    })
    expect(await callWithPython(endpoint('e2e-python'), add)).toEqual({ tools, text: '42' })
  })

  test('a TypeScript SDK server with a build step answers both official clients and the Inspector', async () => {
    const repo = await repository('typescript-sdk')
    await repo.commit('First version')
    const pushed = await repo.push(platform.ready, 'e2e-typescript')
    expect(pushed.stderr).toContain('is live')
    const tools = ['add', 'count']
    expect(await callWithTypeScript(endpoint('e2e-typescript'), add, 'auto')).toEqual({
      tools,
      text: '42',
    })
    expect(await callWithPython(endpoint('e2e-typescript'), add)).toEqual({ tools, text: '42' })
    const listed = await inspector(endpoint('e2e-typescript'), '--method', 'tools/list')
    expect(listed.stdout).toContain('"count"')
  })

  test.runIf(golang)('a Go server by Dockerfile answers both official clients', async () => {
    const repo = await repository('go-dockerfile')
    repo.edit('Dockerfile', (text) => text.replace(/golang:[\d.]+/, golang ?? ''))
    await repo.commit('First version')
    const pushed = await repo.push(platform.ready, 'e2e-go')
    expect(pushed.stderr).toContain('is live')
    const call = { name: 'add', arguments: { a: 1, b: 2 } }
    expect((await callWithTypeScript(endpoint('e2e-go'), call, 'auto')).text).toContain('3')
    expect((await callWithPython(endpoint('e2e-go'), call)).text).toContain('3')
  })

  test('a wrong key, and a key for another server, are refused; a revoked one within a second', async () => {
    const { url } = endpoint('e2e-typescript')
    const status = async (key: string) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
      return (await fetch(url, { method: 'POST', headers, body })).status
    }
    const create = async (slug: string) => {
      const made = await platform.moorage('keys', 'create', 'e2e', '--server', slug, '--json')
      return JSON.parse(made.stdout) as { id: string; key: string }
    }
    expect(await status('mrg_wrong')).toBe(401)
    expect(await status((await create('e2e-python')).key)).toBe(403)
    const own = await create('e2e-typescript')
    await sleep(300)
    expect(await status(own.key)).not.toBe(401)
    expect((await platform.moorage('keys', 'revoke', own.id, '--json')).exitCode).toBe(0)
    await sleep(1_000)
    expect(await status(own.key)).toBe(401)
  })

  test('neither a broken version nor a good one costs a single call of the clients at work', async () => {
    const repo = repositories[0]
    if (!repo) throw new Error('the first test made none')
    const load = callConstantly(endpoint('e2e-python'), 4)
    repo.edit('server.py', (text) => `import no_such_module\n${text}`)
    await repo.commit('Broken')
    const broken = await repo.push(platform.ready, 'e2e-python')
    expect(broken.exitCode).toBe(0)
    expect(broken.stderr).toMatch(/failed/i)
    expect(broken.stderr).toContain('no_such_module')

    repo.edit('server.py', (text) =>
      text.replace('import no_such_module\n', '').replace('Hello,', 'Welcome,'),
    )
    await repo.commit('Good again')
    const good = await repo.push(platform.ready, 'e2e-python')
    expect(good.stderr).toContain('is live')
    const greet = { name: 'greet', arguments: { name: 'Ada' } }
    expect((await callWithTypeScript(endpoint('e2e-python'), greet, 'auto')).text).toBe(
      'Welcome, Ada!',
    )
    const { calls, failures } = await load.stop()
    expect(failures).toEqual([])
    expect(calls).toBeGreaterThan(100)
  })

  test('the request log tells who called which tool, with what result and how quickly', async () => {
    const greet = { name: 'greet', arguments: { name: 'Grace' } }
    await callWithTypeScript(endpoint('e2e-python'), greet, 'auto')
    await sleep(1_500) // Written in batches, off the request's path.
    const listed = await platform.moorage('logs', 'e2e-python', '--requests', '--json', '-n', '200')
    expect(listed.exitCode, listed.stderr).toBe(0)
    expect(listed.stdout).toContain('"tools/call"')
    expect(listed.stdout).toContain('"greet"')
  })

  test('an API key never appears in the platform’s own log', () => {
    const [, afterSummary = ''] = platform.output().split('The logs follow.')
    expect(afterSummary).toContain('deployment dep_')
    expect(afterSummary).not.toContain(platform.ready.adminApiKey.slice(4))
  })
})
