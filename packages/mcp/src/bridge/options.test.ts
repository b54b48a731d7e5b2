import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

test('the command is what stands behind the first --, as it is', () => {
  const { command, port } = parseOptions(['--port', '80', '--', 'node', '--', '--port', ''])
  expect(command).toEqual(['node', '--', '--port', ''])
  expect(port).toBe(80)
})

test.each([
  [[]],
  [['--port', '80']],
  [['--port', '80', '--']],
  [['--port', 'x', '--', 'a']],
  [['--', 'a']],
  [['--what', '--', 'a']],
])('refuses %j', (args) => {
  expect(() => parseOptions(args)).toThrow()
})
