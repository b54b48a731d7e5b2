import { compiledPlan } from '../compiled-plan.ts'
import type { Provider } from '../provider.ts'
import { readCrate } from '../rust-crate.ts'
import { scanSources } from '../scan-sources.ts'
import { scanTransport } from '../scan-transport.ts'

const transports = {
  http: /\bStreamableHttpService\b|\bhyper_server\b|\bHyperServerOptions\b/,
  sse: /\bSseServer\b/,
  stdio: /\btransport::(?:io::)?stdio\b|\bio::stdio\b|\bStdioTransport\b|\bstdio\(\)/,
  readsPort: /\bvar(?:_os)?\("PORT"\)|\benv ?= ?"PORT"/,
}
/** The base image's own place for it is outside of the caches that are kept between builds. */
const cargoTool = ['env', '-u', 'CARGO_HOME', 'cargo']
/** What the compiler makes on the way, shared by all builds of a team; only the program is copied. */
const buildDirectory = 'build.build-dir="{cargo-cache-home}/moorage-build"'
const caches = ['.cargo/registry', '.cargo/git', '.cargo/moorage-build']

/**
 * Cargo takes a crate as built where none of its files is newer than the last build of that name.
 * Another server's crate may have that name in the shared directory, so all files are made new.
 */
const asNew = 'system(qw(find . -name *.rs -exec touch {} +)) and exit 1; exec @ARGV or exit 127'

/** A Rust crate with an MCP library and no Dockerfile: one program. */
export const rust: Provider = {
  name: 'Rust',
  detect(tree, context) {
    const crate = readCrate(tree)
    if (crate === null) return null
    const locked = crate.isLocked ? ['--locked'] : []
    const compile = [
      'build',
      '--release',
      ...locked,
      '--package',
      crate.name,
      '--bin',
      crate.program,
    ]
    return compiledPlan(context, {
      kind: 'rust',
      flavor: 'Rust',
      language: 'rust',
      version: crate.toolchain ?? '1',
      install: { copy: [], run: [], caches: [] },
      build: ['perl', '-e', asNew, ...cargoTool, ...compile, '--config', buildDirectory],
      caches,
      program: `target/release/${crate.program}`,
      ...crate.system,
      endpoint: scanTransport(scanSources(tree, ['.rs']), transports),
      reasons: [
        {
          choice: 'Dependencies',
          value: crate.isLocked ? 'Cargo.lock' : 'Cargo.toml',
          because: crate.isLocked
            ? 'it pins every dependency'
            : 'there is no Cargo.lock; commit it to get the same versions each time',
        },
        { choice: 'Program', value: crate.program, because: crate.because },
        ...(crate.toolchain === null
          ? []
          : [
              {
                choice: 'Rust version',
                value: crate.toolchain,
                because: 'rust-toolchain asks for it',
              },
            ]),
      ],
    })
  },
}
