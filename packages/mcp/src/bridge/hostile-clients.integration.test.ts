import { connect } from 'node:net'
import { expect, test } from 'vitest'
import {
  callTool,
  initialize,
  isAlive,
  type RunningBridge,
  request,
  scripted,
  startBridge,
  waitFor,
} from './fixtures/start-bridge.ts'

/** Sends bytes as they are, and gives back what comes until the other side closes or `until` is there. */
function raw(bridge: RunningBridge, bytes: string, until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(bridge.url).port), '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes(until)) socket.destroy()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

function head(method: string, target: string, headers: string[] = []): string {
  return `${[`${method} ${target} HTTP/1.1`, 'Host: a', ...headers].join('\r\n')}\r\n\r\n`
}

test('one that leaves before it has its session leaves no child behind', async () => {
  await using bridge = await startBridge([...scripted, 'silent'], ['--max-children', '2'])
  for (let i = 0; i < 4; i++) {
    const closing = new AbortController()
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(initialize)
    const left = fetch(bridge.url, { method: 'POST', headers, body, signal: closing.signal })
    await new Promise((resolve) => setTimeout(resolve, 300))
    closing.abort()
    await expect(left).rejects.toThrow()
    await waitFor(() => bridge.log().split('left before it had its session').length > i + 1)
  }
})

test('a session cannot be guessed, and a strange id is only unknown', async () => {
  await using bridge = await startBridge(scripted)
  await bridge.open()
  for (const id of ['', '0', '__proto__', 'constructor', '../..', 'x'.repeat(5000)]) {
    const { status } = await bridge.post(request('ping'), { 'mcp-session-id': id })
    expect(status).toBe(404)
  }
})

test('strange targets, bodies and ids are refused and break nothing', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  expect(await raw(bridge, head('GET', '//'), '404')).toContain('HTTP/1.1 404')
  expect(await raw(bridge, head('GET', 'http://[/'), 'HTTP/1.1')).toContain('HTTP/1.1 40')
  const chunked = head('POST', '/mcp', ['Transfer-Encoding: chunked', 'Content-Length: 3'])
  expect(await raw(bridge, `${chunked}zz`, 'HTTP/1.1')).toContain('HTTP/1.1 400')
  for (const id of [{}, [], true, null])
    expect((await bridge.post({ jsonrpc: '2.0', id, method: 'ping' }, session)).status).toBe(400)
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  expect((await bridge.post(deep, session)).status).toBe(400)
  const nasty = { __proto__: { a: 1 }, constructor: 1, text: '\u2028\u0000\n' }
  expect((await bridge.post(callTool('echo', nasty), session)).status).toBe(200)
})

test('requests that are given up by the hundred leave nothing behind', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const { body } = await bridge.post(callTool('pid'), session)
  for (let i = 0; i < 300; i++) {
    const signal = AbortSignal.timeout(20)
    const headers = { ...session, 'content-type': 'application/json' }
    const call = JSON.stringify(callTool('hang', {}, `hang-${i}`))
    void fetch(bridge.url, { method: 'POST', headers, body: call, signal }).catch(() => {})
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 30))
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect((await bridge.post(request('ping'), session)).status).toBe(200)
  await fetch(bridge.url, { method: 'DELETE', headers: session })
  await waitFor(() => !isAlive(Number(body.result.content[0].text)))
})
