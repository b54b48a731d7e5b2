import { expect, test } from 'vitest'
import { parseImageReference } from './image-reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['mcp/time', 'docker.io', 'mcp/time', 'latest', null],
  ['python:3.12-slim', 'docker.io', 'python', '3.12-slim', null],
  ['ghcr.io/owner/a_b/c:v1', 'ghcr.io', 'ghcr.io/owner/a_b/c', 'v1', null],
  ['localhost/x', 'localhost', 'localhost/x', 'latest', null],
  ['127.0.0.1:5000/x:2', '127.0.0.1:5000', '127.0.0.1:5000/x', '2', null],
  [`mcp/time:1@${digest}`, 'docker.io', 'mcp/time', '1', digest],
  [`mcp/time@${digest}`, 'docker.io', 'mcp/time', 'latest', digest],
])('reads %s', (text, registry, repository, tag, found) => {
  expect(parseImageReference(text)).toEqual({ registry, repository, tag, digest: found })
})

test.each([
  '',
  '-x',
  'x y',
  'https://ghcr.io/x',
  'x\nRUN y',
  '../x',
  'x@sha256:1',
  'Upper',
  'a:b:c',
])('refuses "%s"', (text) => {
  expect(() => parseImageReference(text)).toThrow('is no name of an image')
})
