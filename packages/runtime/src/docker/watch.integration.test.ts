import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { afterAll, describe, expect, test } from 'vitest'
import { noBuildSettings } from '../build-settings.ts'
import { createDockerDriver } from '../docker.ts'
import type { InstanceEvent } from '../driver.ts'
import {
  ask,
  buildInput,
  eventually,
  instanceSpec,
  nodePlan,
  removeTempDirs,
  tempDir,
} from '../testing/fixture.ts'

/** A socket before the engine's, to be cut. */
async function cuttableEngine() {
  const path = join(await tempDir(), 'engine.sock')
  const open = new Set<Socket>()
  let isUp = true
  const server = createServer((socket) => {
    if (!isUp) return void socket.destroy()
    const engine = connect('/var/run/docker.sock')
    for (const one of [socket, engine]) {
      open.add(one)
      one.on('error', () => one.destroy()).on('close', () => open.delete(one))
    }
    socket.pipe(engine).pipe(socket)
  }).listen(path)
  const set = (up: boolean) => {
    isUp = up
    if (!up) for (const socket of open) socket.destroy()
  }
  return { path, set, close: () => server.close() }
}

describe.skipIf(!dockerIsUp())('watching', () => {
  afterAll(removeTempDirs)

  test('tells of an exit that came while the engine was away', async () => {
    const engine = await cuttableEngine()
    const node = baseImage('node')
    const options = {
      platformId: newId('evt').replace('_', '-'),
      build: noBuildSettings,
      baseImages: node ? { node } : {},
    }
    const driver = await createDockerDriver(options)
    const cut = await createDockerDriver({ ...options, socketPath: engine.path })
    const input = await buildInput(nodePlan())
    const image = await driver.build(input)
    const status = await driver.deploy(instanceSpec(input, image.id))
    await ask(status, '')
    const controller = new AbortController()
    const events: InstanceEvent[] = []
    const watching = (async () => {
      for await (const event of cut.watch(controller.signal)) events.push(event)
    })()
    await sleep(500)
    engine.set(false)
    await expect(cut.list()).rejects.toMatchObject({ code: 'unavailable' })
    await ask(status, 'exit', '3')
    await eventually(async () => (await driver.inspect(status.instanceId))?.state === 'exited')
    expect(events).toEqual([])
    engine.set(true)
    await eventually(async () => events.length > 0)
    const { instanceId } = status
    expect(events).toEqual([{ instanceId, kind: 'exited', exitCode: 3, outOfMemory: false }])
    controller.abort()
    await watching
    engine.close()
    await driver.remove(instanceId)
    await driver.removeImage(image.id)
  })

  test('is not begun where no engine answers', async () => {
    const socketPath = '/nowhere/engine.sock'
    const options = { platformId: 'test', build: noBuildSettings, socketPath }
    await expect(createDockerDriver(options)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
