import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import Docker from 'dockerode'
import { afterAll, describe, expect, test } from 'vitest'
import { createDriver } from '../testing/create-driver.ts'
import {
  buildInput,
  instanceSpec,
  nodePlan,
  removeTempDirs,
  sourceDir,
} from '../testing/fixture.ts'
import { askChild } from '../testing/stdio-server.ts'
import { officialBaseImages } from './base-image.ts'
import { bridgeMountOf, bridgeVolumes } from './bridge-volume.ts'

afterAll(removeTempDirs)

const goServer = `
package main

import ("bufio"; "encoding/json"; "fmt"; "os"; "strings")

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var m struct { ID any; Method string }
		json.Unmarshal(lines.Bytes(), &m)
		if m.ID == nil { continue }
		env := map[string]any{"pid": os.Getpid(), "args": strings.Join(os.Args[1:], " ")}
		for _, pair := range os.Environ() { name, value, _ := strings.Cut(pair, "="); env[name] = value }
		text, _ := json.Marshal(env)
		result := map[string]any{"content": []any{map[string]any{"type": "text", "text": string(text)}}}
		if m.Method == "initialize" {
			result = map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "serverInfo": map[string]any{"name": "go", "version": "1"}}
		}
		out, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result})
		fmt.Println(string(out))
	}
}
`

describe.skipIf(!dockerIsUp())('the bridge in containers', () => {
  const choice = () => ({
    name: 'docker' as const,
    platformId: newId('evt').replace('_', '-'),
    dataDir: '',
    nodeImage: baseImage('node'),
  })

  test('runs beside a program in an image that holds nothing else, as the image itself starts it', async () => {
    const golang = baseImage('golang') ?? 'golang:1'
    const dockerfile = [
      `FROM ${golang} AS build`,
      'WORKDIR /src',
      'COPY main.go .',
      'RUN CGO_ENABLED=0 GOCACHE=/tmp/go go build -o /server main.go',
      'FROM scratch',
      'COPY --from=build /server /server',
      'ENV FROM_IMAGE=yes PORT=9',
      'ENTRYPOINT ["/server"]',
      'CMD ["--stdio"]',
    ]
    const driver = await createDriver(choice())
    const build = await buildInput(
      nodePlan([], {
        kind: 'dockerfile',
        dockerfile: 'Dockerfile',
        base: null,
        transport: 'stdio',
        start: { command: [], env: {} },
      }),
      { sourceDir: await sourceDir({ 'main.go': goServer, Dockerfile: dockerfile.join('\n') }) },
    )
    const { id } = await driver.build(build)
    const spec = instanceSpec(build, id)
    const child = await askChild(await driver.deploy(spec))
    expect(child).toMatchObject({ FROM_IMAGE: 'yes', args: '--stdio' })
    expect(child).not.toHaveProperty('PORT')
    await driver.remove(spec.instanceId)
    await driver.removeImage(id)
    await driver.sweep()
  }, 180_000)

  test('is whole where two builders make it at the same time, from an empty volume', async () => {
    const docker = new Docker()
    const repo = newId('evt').replace('_', '-')
    const from = await docker.createContainer({ Image: baseImage('node') ?? 'node:24-slim' })
    // An image that no other volume was made of.
    await from.commit({ repo, tag: '24', changes: `LABEL only=${repo}` })
    const templates = { ...officialBaseImages, node: `${repo}:24` }
    const make = () =>
      bridgeVolumes({ docker, platformId: repo }, templates).ensure({
        onLog: () => {},
        signal: new AbortController().signal,
      })
    const [one, two] = await Promise.all([make(), make()])
    expect(two).toBe(one)
    const file = ['/moorage/ld.so', '--library-path', '/moorage/lib', '/moorage/node']
    const show = await docker.createContainer({
      Image: baseImage('python') ?? 'python:3.12-slim',
      Entrypoint: [...file, '-p', '"runs on " + process.version'],
      Cmd: [],
      HostConfig: { Mounts: [bridgeMountOf(one, { readOnly: true })] },
    })
    await show.start()
    expect(await show.wait()).toMatchObject({ StatusCode: 0 })
    expect(String(await show.logs({ stdout: true }))).toContain('runs on v24')
    await Promise.all([show.remove(), from.remove()])
    await docker.getVolume(one).remove()
    await docker.getImage(`${repo}:24`).remove()
    expect((await docker.listContainers({ all: true, filters: { name: [one] } })).length).toBe(0)
  })
})
