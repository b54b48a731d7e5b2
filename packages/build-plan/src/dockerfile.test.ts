import { join } from 'node:path'
import { AppError } from '@moorage/domain/error'
import { describe, expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { type DockerfileOptions, renderDockerfile } from './dockerfile.ts'
import { portPlaceholder } from './fill-command.ts'
import type { BuildPlan } from './plan.ts'
import { readDirectory } from './read-directory.ts'

const servers = join(import.meta.dirname, '../../../e2e/servers')
const example = join(import.meta.dirname, '../../../infra/examples/hello')
const options: DockerfileOptions = {
  baseImage: 'base:1',
  secrets: [
    { id: 'ca', target: '/run/secrets/ca.crt', env: { SSL_CERT_FILE: '/run/secrets/ca.crt' } },
  ],
  cacheScope: 'team1',
}

describe('plans and Dockerfiles of the test servers', () => {
  const names = ['python-fastmcp', 'python-pyproject', 'typescript-sdk', 'go-dockerfile']
  test.each([...names.map((name) => [name, join(servers, name)]), ['hello', example]])(
    '%s',
    async (name, dir) => {
      const plan = planBuild(await readDirectory(dir ?? ''))
      expect(plan).toMatchSnapshot(`plan of ${name}`)
      if (plan.kind === 'dockerfile') return
      expect(renderDockerfile(plan, options)).toMatchSnapshot(`Dockerfile of ${name}`)
    },
  )
})

const plan: BuildPlan = {
  version: 1,
  kind: 'node',
  flavor: 'TypeScript SDK',
  rootDir: '.',
  dockerfile: null,
  base: { language: 'node', version: '24' },
  packages: [],
  install: { copy: ['package.json'], run: [['npm', 'ci']], caches: ['.npm'] },
  build: { copy: ['.'], run: [['npm', 'run', 'build']], caches: [] },
  dependencies: { directory: 'node_modules', run: [['npm', 'prune']] },
  start: { command: ['node', 'x.js', '--port', portPlaceholder], env: {} },
  port: 8123,
  path: '/mcp',
  transport: 'streamable-http',
  reasons: [],
}

test('fetches no frontend', () => {
  expect(renderDockerfile(plan, options)).not.toMatch(/^#\s*syntax/im)
})

test('runs as another user than root, with the port filled in', () => {
  const lines = renderDockerfile(plan, options).split('\n')
  expect(lines).toContain('USER 10001')
  expect(lines).toContain('CMD ["node","x.js","--port","8123"]')
})

test('hands secrets to the steps of install and build alone, and never to the image', () => {
  const text = renderDockerfile(plan, options)
  const withSecret = text.split('\n').filter((line) => line.includes('/run/secrets/ca.crt'))
  expect(withSecret.every((line) => line.startsWith('RUN --mount=type=secret,id=ca'))).toBe(true)
  expect(withSecret).toHaveLength(3)
  expect(text.slice(text.lastIndexOf('FROM'))).not.toContain('secret')
})

test('keeps caches per scope', () => {
  const id = (cacheScope: string) =>
    /type=cache,id=([^,]+)/.exec(renderDockerfile(plan, { ...options, cacheScope }))?.[1]
  expect(id('team1')).toBe('team1-npm')
  expect(id('team2')).toBe('team2-npm')
})

test.each([
  '"; USER root #',
  '$(id) `id` $HOME',
  '<<EOF',
  'ends with a backslash \\',
  'a\nUSER root',
  "it's",
])('keeps the argument %j an argument', (word) => {
  const text = renderDockerfile({ ...plan, start: { command: ['node', word], env: {} } }, options)
  const line = text.split('\n').find((candidate) => candidate.startsWith('CMD '))
  expect(JSON.parse(line?.slice(4) ?? '')).toEqual(['node', word])
  expect(text.match(/^USER/gm)).toHaveLength(1)
})

test('keeps an environment value a value', () => {
  const env = { A: 'say "hi" for $5 \\' }
  const text = renderDockerfile({ ...plan, start: { command: ['node'], env } }, options)
  expect(text).toContain(String.raw`ENV A="say \"hi\" for \$5 \\"`)
})

test('refuses an environment value that would start a line of its own', () => {
  const start = { command: ['node'], env: { A: 'x\nUSER root' } }
  expect(() => renderDockerfile({ ...plan, start }, options)).toThrow(AppError)
})

test('a changed source touches no line before the dependencies are installed', () => {
  const text = renderDockerfile(plan, options)
  expect(text.indexOf('COPY [".","./"]')).toBeGreaterThan(text.indexOf('"npm","prune"'))
})

describe('a program that needs no toolchain to run', () => {
  const compiled: BuildPlan = {
    ...plan,
    kind: 'rust',
    packages: ['libssl3'],
    buildPackages: ['libssl-dev'],
    build: { copy: ['.'], run: [['cargo', 'build']], caches: ['.cargo/registry'] },
    dependencies: null,
    output: { base: { language: 'debian', version: '13' }, paths: ['bin/x'] },
  }
  const text = renderDockerfile(compiled, { ...options, outputImage: 'debian:13' })
  const final = text.slice(text.lastIndexOf('FROM'))

  test('is copied alone to an image without one', () => {
    expect(final).toMatch(/^FROM debian:13$/m)
    expect(final).toContain('COPY --from=build ["/app/bin/x","/app/bin/x"]')
    expect(final.match(/^COPY/gm)).toHaveLength(1)
  })

  test('leaves the packages of the build behind', () => {
    expect(text).toContain('"libssl3","libssl-dev"')
    expect(final).toContain('"libssl3"]')
    expect(final).not.toContain('libssl-dev')
  })

  test('is built by one at a time where Cargo shares a directory', () => {
    expect(text).toContain('target=/root/.cargo/registry,sharing=locked')
  })
})

test('has nothing to render for what is not built', () => {
  expect(() => renderDockerfile({ ...plan, kind: 'image', base: null }, options)).toThrow(AppError)
})
