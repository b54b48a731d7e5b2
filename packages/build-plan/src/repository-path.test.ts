import { AppError } from '@moorage/domain/error'
import { expect, test } from 'vitest'
import { repositoryPath } from './repository-path.ts'

test.each([
  '../secrets',
  'servers/../../etc',
  '/etc/passwd',
  'C:/Windows',
  'a\\..\\b',
  '--config=x',
  'a\0b',
  'a\nRUN evil',
  'x'.repeat(2000),
])('refuses %j', (path) => {
  expect(() => repositoryPath(path, 'root directory')).toThrow(AppError)
})

test.each([
  ['.', '.'],
  ['', '.'],
  ['./servers//weather/', 'servers/weather'],
  ['a..b/c', 'a..b/c'],
])('takes %j as %j', (path, normal) => {
  expect(repositoryPath(path, 'root directory')).toBe(normal)
})
