import { AppError } from '@moorage/domain/error'
import { expect, test } from 'vitest'
import { parseNpmPackage } from './npm-package-command.ts'

test.each([
  [
    'npx -y @scope/server@1.2.3 /data --flag',
    ['@scope/server@1.2.3'],
    '@scope/server',
    null,
    ['/data', '--flag'],
  ],
  ['npx --yes server@latest', ['server@latest'], 'server', null, []],
  ['bunx server', ['server'], 'server', null, []],
  ['pnpm dlx server', ['server'], 'server', null, []],
  ['yarn dlx server', ['server'], 'server', null, []],
  ['npm exec -y -- server -- --flag', ['server'], 'server', null, ['--flag']],
  ['npx -p one --package=two@2 run-it x', ['one', 'two@2'], null, 'run-it', ['x']],
])('%s', (line, packages, name, command, args) => {
  expect(parseNpmPackage(line.split(' '))).toEqual({ packages, name, command, args })
})

test.each(['node server.js', 'npm run start', 'pnpm start', 'uvx server'])(
  '%s is no such command',
  (line) => {
    expect(parseNpmPackage(line.split(' '))).toBeNull()
  },
)

test.each([
  'npx',
  'npx -y',
  'npx ../evil',
  'npx file:/etc',
  'npx git+ssh://example.org/x',
  'npx user/repository',
  'npx https://example.org/x.tgz',
  'npx --registry=x server',
  'npx -c server',
  'npx -p one ../run',
  `npx ${'x'.repeat(1000)}`,
])('%s is refused', (line) => {
  expect(() => parseNpmPackage(line.split(' '))).toThrow(AppError)
})
