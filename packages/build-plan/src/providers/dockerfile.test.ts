import { expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import { sourceTreeFrom } from '../source-tree.ts'

test.each([
  ['FROM x\nEXPOSE 8080', 8080],
  ['FROM x\nexpose 8080/tcp', 8080],
  ['FROM a AS build\nEXPOSE 1234\nFROM b\nEXPOSE 9000', 9000],
  ['FROM x\nEXPOSE 8080 9090', 8000],
  ['FROM x\nEXPOSE $PORT', 8000],
  ['FROM x\nEXPOSE 99999', 8000],
  ['FROM x\n# EXPOSE 8080', 8000],
  ['FROM x\nEXPOSE \\\n  7000', 7000],
  ['FROM x', 8000],
  ['FROM x\nCMD ["fastmcp", "run", "--port", "9000"]', 9000],
  ['FROM x\nEXPOSE 7000\nCMD serve --port=9000', 7000],
  ['FROM x\nCMD serve --port $PORT', 8000],
])('of %j the port is %i', (text, port) => {
  const plan = planBuild(sourceTreeFrom({ Dockerfile: text }))
  expect(plan).toMatchObject({ kind: 'dockerfile', dockerfile: 'Dockerfile', port, base: null })
  expect(plan.start.command).toEqual([])
})

test('a source that listens on a constant is found there, unless it reads PORT', () => {
  const portOf = (source: string) =>
    planBuild(sourceTreeFrom({ Dockerfile: 'FROM x', 'src/index.js': source })).port
  expect(portOf('app.listen(3000)')).toBe(3000)
  expect(portOf('app.listen(process.env.PORT || 3000)')).toBe(8000)
})

const onStdio = "import { StdioServerTransport } from 'x'"
test.each([
  ['a source on stdio', 'FROM x', onStdio, 'stdio'],
  [
    'a source on stdio that reads PORT',
    'FROM x',
    `${onStdio}\nprocess.env.PORT`,
    'streamable-http',
  ],
  ['a source on stdio behind an exposed port', 'FROM x\nEXPOSE 80', onStdio, 'streamable-http'],
  [
    'a command that is told a port',
    'FROM x\nCMD ["x", "--port", "80"]',
    onStdio,
    'streamable-http',
  ],
  ['a source that says nothing', 'FROM x', '', 'streamable-http'],
])('%s', (_name, text, source, transport) => {
  const plan = planBuild(sourceTreeFrom({ Dockerfile: text, 'src/index.ts': source }))
  expect(plan.transport).toBe(transport)
})
