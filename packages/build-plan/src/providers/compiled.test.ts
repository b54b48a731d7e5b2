import { describe, expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import type { Settings } from '../settings.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const planFor = (files: Record<string, string>, overrides: Settings = {}) =>
  planBuild(sourceTreeFrom(files), { overrides })

describe('Go', () => {
  const mod = 'module x\n\ngo 1.25\n\nrequire github.com/modelcontextprotocol/go-sdk v1.8.0\n'
  const stdio =
    'package main\nimport "github.com/modelcontextprotocol/go-sdk/mcp"\nfunc main() { s.Run(ctx, &mcp.StdioTransport{}) }'
  const http =
    'package main\nfunc main() { mcp.NewStreamableHTTPHandler(f, nil); os.Getenv("PORT") }'

  test('becomes one static program on an image without a compiler', () => {
    const plan = planFor({ 'go.mod': mod, 'go.sum': '', 'main.go': stdio })
    expect(plan).toMatchObject({ kind: 'go', transport: 'stdio', base: { language: 'golang' } })
    expect(plan.install.copy).toEqual(['go.mod', 'go.sum'])
    expect(plan.build.run[0]).toContain('CGO_ENABLED=0')
    expect(plan.output).toEqual({
      base: { language: 'debian', version: '13' },
      paths: ['.moorage/server'],
    })
    expect(plan.packages).toEqual(['ca-certificates'])
  })

  test.each([
    ['the top', { 'main.go': stdio, 'cmd/x/main.go': http }, '.'],
    ['the only one', { 'cmd/x/main.go': http, 'lib.go': 'package lib' }, './cmd/x'],
    ['the one with the library', { 'cmd/a/main.go': http, 'cmd/b/main.go': stdio }, './cmd/b'],
    ['the one named so', { 'cmd/a/main.go': http, 'cmd/mcp-x/main.go': http }, './cmd/mcp-x'],
  ])('builds %s', (_name, files, main) => {
    expect(planFor({ 'go.mod': mod, ...files }).build.run[0]?.at(-1)).toBe(main)
  })

  test('says which programs there are where it cannot tell', () => {
    const files = { 'go.mod': mod, 'cmd/a/main.go': http, 'cmd/b/main.go': http }
    expect(() => planFor(files)).toThrow(/cmd\/a, cmd\/b/)
    const build = ['go', 'build', '-o', '.moorage/server', './cmd/a']
    expect(planFor(files, { build })).toMatchObject({
      build: { run: [build] },
      output: { paths: ['.'] },
    })
  })

  test('listens on PORT where the source reads it', () => {
    const plan = planFor({ 'go.mod': mod, 'main.go': `${stdio}\n${http}` })
    expect([plan.transport, plan.path, plan.port]).toEqual(['streamable-http', '/mcp', 8000])
  })

  test('is met on the port of its source', () => {
    const source = 'package main\nfunc main() { server.NewSSEServer(s).Start(":9090") }'
    expect(planFor({ 'go.mod': mod, 'main.go': source })).toMatchObject({
      transport: 'sse',
      path: '/sse',
      port: 9090,
    })
  })

  test('downloads nothing where its modules are in the repository', () => {
    expect(
      planFor({ 'go.mod': mod, 'main.go': stdio, 'vendor/modules.txt': '' }).install.run,
    ).toEqual([])
  })

  test('without an MCP library is none of our business', () => {
    expect(() => planFor({ 'go.mod': 'module x', 'main.go': stdio })).toThrow(/No MCP server/)
  })

  test('that needs a directory above it gets an explanation', () => {
    const files = { 'go.mod': `${mod}replace x => ../x\n`, 'main.go': stdio }
    expect(() => planFor(files)).toThrow(/above it/)
  })
})

describe('Rust', () => {
  const crate = '[package]\nname = "sums"\nversion = "1.0.0"\n[dependencies]\nrmcp = "3"\n'
  const main = 'use rmcp::transport::stdio;'

  test('becomes one program on an image without a compiler', () => {
    const plan = planFor({ 'Cargo.toml': crate, 'Cargo.lock': '', 'src/main.rs': main })
    expect(plan).toMatchObject({
      kind: 'rust',
      transport: 'stdio',
      base: { language: 'rust', version: '1' },
    })
    expect(plan.build.run[0]).toEqual(
      expect.arrayContaining(['--locked', '--package', 'sums', '--bin']),
    )
    expect(plan.output?.paths).toEqual(['target/release/sums'])
    expect(plan.start.command).toEqual(['./target/release/sums'])
  })

  test('links what its lock file asks for, and keeps only what runs', () => {
    const lock = '[[package]]\nname = "openssl-sys"\nversion = "0.9.0"\n'
    const plan = planFor({ 'Cargo.toml': crate, 'Cargo.lock': lock, 'src/main.rs': main })
    expect(plan.packages).toEqual(['ca-certificates', 'libssl3'])
    expect(plan.buildPackages).toContain('libssl-dev')
  })

  test.each([
    [
      'default-run',
      crate.replace('version', 'default-run = "b"\nversion'),
      { 'src/bin/b.rs': '', 'src/main.rs': main },
      'b',
    ],
    [
      '[[bin]]',
      `${crate}[[bin]]\nname = "server"\npath = "src/main.rs"\n`,
      { 'src/main.rs': main },
      'server',
    ],
    ['src/bin', crate, { 'src/bin/only.rs': main, 'src/lib.rs': '' }, 'only'],
  ])('takes the program of %s', (_name, manifest, files, program) => {
    expect(planFor({ 'Cargo.toml': manifest, ...files }).output?.paths).toEqual([
      `target/release/${program}`,
    ])
  })

  test('finds the crate of a workspace', () => {
    const plan = planFor({
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'crates/lib/Cargo.toml': '[package]\nname = "lib"\n',
      'crates/sums/Cargo.toml': crate,
      'crates/sums/src/main.rs': main,
    })
    expect(plan.build.run[0]?.join(' ')).toContain('--package sums --bin sums')
  })

  test.each([
    ['several programs', { 'Cargo.toml': crate, 'src/bin/a.rs': '', 'src/bin/b.rs': '' }, /a, b/],
    ['no program', { 'Cargo.toml': crate, 'src/lib.rs': '' }, /no program/],
    ['a broken manifest', { 'Cargo.toml': '[package' }, /not valid/],
    ['a name that is an option', { 'Cargo.toml': crate.replace('sums', '--config') }, /not valid/],
    [
      'a nightly compiler',
      { 'Cargo.toml': crate, 'src/main.rs': main, 'rust-toolchain': 'nightly' },
      /toolchain/,
    ],
  ])('%s gets an explanation', (_name, files, says) => {
    expect(() => planFor(files)).toThrow(says)
  })

  test('takes the version that rust-toolchain pins', () => {
    const toolchain = '[toolchain]\nchannel = "1.90.0"\n'
    const files = { 'Cargo.toml': crate, 'src/main.rs': main, 'rust-toolchain.toml': toolchain }
    expect(planFor(files).base?.version).toBe('1.90.0')
  })
})
