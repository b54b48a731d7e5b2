import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { afterAll, describe, expect, test } from 'vitest'
import type { BuildInput } from '../driver.ts'
import { createDriver } from '../testing/create-driver.ts'
import {
  buildInput,
  instanceSpec,
  nodePlan,
  removeTempDirs,
  sourceDir,
} from '../testing/fixture.ts'
import { askChild, stdioServer } from '../testing/stdio-server.ts'

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

  test('is made by one of two builders that need it at the same time', async () => {
    const start = { command: ['node', 'stdio.mjs'], env: {} }
    const plan = nodePlan([], { transport: 'stdio', start })
    const source = await sourceDir({ 'stdio.mjs': stdioServer })
    const run = async () => {
      const driver = await createDriver(choice())
      const build: BuildInput = await buildInput(plan, { sourceDir: source })
      const { id } = await driver.build(build)
      const spec = instanceSpec(build, id)
      const child = await askChild(await driver.deploy(spec))
      await driver.remove(spec.instanceId)
      await driver.removeImage(id)
      return child.cwd
    }
    expect(await Promise.all([run(), run()])).toEqual(['/app', '/app'])
  })
})
