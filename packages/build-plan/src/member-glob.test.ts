import { expect, test } from 'vitest'
import { matchesMember } from './member-glob.ts'

test.each([
  ['packages/a', 'packages/*', true],
  ['packages/a', './packages/*/', true],
  ['packages/a/b', 'packages/*', false],
  ['packages/a/b', 'packages/**', true],
  ['a/b/c/d', '**/d', true],
  ['a/b/c/d', 'a/**/c/*', true],
  ['a/b/c/d', 'a/**/x/*', false],
  ['servers/mcp-one', 'servers/mcp-*', true],
  ['servers/two', 'servers/mcp-*', false],
  ['servers/ab', 'servers/{ab,cd}', false],
  ['servers', 'servers', true],
  ['servers', '*', true],
  ['a', '', false],
  ['a', '*'.repeat(300), false],
])('%s by %s: %s', (path, glob, result) => {
  expect(matchesMember(path, glob)).toBe(result)
})

test.each([
  ['braces', '{a,b}'.repeat(40)],
  ['stars', `${'*a'.repeat(90)}b`],
  ['directories', `${'**/'.repeat(60)}x`],
])('%s made to take for ever do not', (_name, glob) => {
  expect(matchesMember(`${'a'.repeat(100)}/${'a/'.repeat(40)}a`, glob)).toBe(false)
})
