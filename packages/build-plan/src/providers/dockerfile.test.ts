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
])('of %j the port is %i', (text, port) => {
  const plan = planBuild(sourceTreeFrom({ Dockerfile: text }))
  expect(plan).toMatchObject({ kind: 'dockerfile', dockerfile: 'Dockerfile', port, base: null })
  expect(plan.start.command).toEqual([])
})
