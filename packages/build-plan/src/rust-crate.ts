import { AppError } from '@moorage/domain/error'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { matchesMember } from './member-glob.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

const nameSchema = z.string().regex(/^[A-Za-z_][\w-]{0,100}$/)
const dependenciesSchema = z.record(z.string(), z.unknown()).default({})
const manifestSchema = z.looseObject({
  package: z.looseObject({ name: nameSchema, 'default-run': nameSchema.optional() }).optional(),
  bin: z.array(z.looseObject({ name: nameSchema })).default([]),
  dependencies: dependenciesSchema,
  workspace: z
    .looseObject({
      members: z.array(z.string().max(200)).max(50).default([]),
      dependencies: dependenciesSchema,
    })
    .optional(),
})
type Manifest = z.infer<typeof manifestSchema>

export type Crate = {
  /** The package, and the program of it that is the server. */
  name: string
  program: string
  because: string
  isLocked: boolean
  /** "1.88.0", where rust-toolchain pins one. */
  toolchain: string | null
  /** Debian packages that its dependencies link against. */
  system: { packages?: string[]; buildPackages?: string[] }
}

const libraries = ['rmcp', 'rust-mcp-sdk']

/** The crate that uses an MCP library: at the top, or one of a workspace. Throws plan_failed. */
export function readCrate(tree: SourceTree): Crate | null {
  if (!tree.files.includes('Cargo.toml')) return null
  const top = readManifest(tree, '.')
  const found = [{ path: '.', manifest: top }, ...members(tree, top)].filter(({ manifest }) =>
    libraries.some((name) => name in manifest.dependencies),
  )
  const programs = found.flatMap(({ path, manifest }) =>
    programsOf(subtree(tree, path), manifest).map((program) => ({ manifest, program })),
  )
  if (found.length === 0) return null
  const [only] = programs
  const name = only?.manifest.package?.name
  if (only === undefined || name === undefined || programs.length > 1) {
    throw unclear(programs.map(({ program }) => program))
  }
  return {
    name,
    program: only.program,
    because: 'it is the only program that uses the MCP library',
    isLocked: tree.files.includes('Cargo.lock'),
    toolchain: readToolchain(tree),
    system: systemPackages(tree.read('Cargo.lock') ?? ''),
  }
}

function members(tree: SourceTree, top: Manifest): { path: string; manifest: Manifest }[] {
  const globs = top.workspace?.members ?? []
  const paths = tree.files
    .filter((file) => file.endsWith('/Cargo.toml'))
    .slice(0, 2000)
    .map((file) => file.slice(0, -'/Cargo.toml'.length))
    .filter((path) => globs.some((glob) => matchesMember(path, glob)))
  return paths.slice(0, 200).map((path) => ({ path, manifest: readManifest(tree, path) }))
}

function programsOf(crate: SourceTree, manifest: Manifest): string[] {
  const { name, 'default-run': preferred } = manifest.package ?? {}
  if (name === undefined) return []
  if (preferred !== undefined) return [preferred]
  const more = crate.files.flatMap(
    (file) => /^src\/bin\/([\w-]{1,100})(?:\.rs|\/main\.rs)$/.exec(file)?.[1] ?? [],
  )
  const named = manifest.bin.map((bin) => bin.name)
  const own = crate.files.includes('src/main.rs') && named.length === 0 ? [name] : []
  return [...new Set([...own, ...named, ...more])]
}

function readManifest(tree: SourceTree, path: string): Manifest {
  const file = path === '.' ? 'Cargo.toml' : `${path}/Cargo.toml`
  try {
    const text = tree.read(file)
    if (text === null || text.length > 256 * 1024) throw new Error('too long')
    return manifestSchema.parse(parse(text))
  } catch (cause) {
    throw new AppError('plan_failed', `${file} cannot be read: it is not valid.`, {
      hint: 'Check the file with `cargo metadata` on your own machine.',
      cause,
    })
  }
}

/** A channel with a number is a version of the image; `stable` is the one that is there. */
function readToolchain(tree: SourceTree): string | null {
  const text = tree.read('rust-toolchain.toml') ?? tree.read('rust-toolchain')
  if (text === null) return null
  const channel = /^\s*channel\s*=\s*["']([^"'\n]{1,60})["']/m.exec(text)?.[1] ?? text.trim()
  if (/^\d+\.\d+(?:\.\d+)?$/.test(channel)) return channel
  if (channel === 'stable') return null
  throw new AppError('plan_failed', 'rust-toolchain asks for a toolchain that is not to be had.', {
    hint: 'Pin a version such as 1.90.0 or stable, or bring a Dockerfile.',
  })
}

function systemPackages(lock: string): Crate['system'] {
  if (!/^name = "openssl-sys"$/m.test(lock)) return {}
  return { packages: ['libssl3'], buildPackages: ['libssl-dev', 'pkg-config'] }
}

function unclear(programs: string[]): AppError {
  const which = programs.slice(0, 8).join(', ').slice(0, 300)
  return new AppError(
    'plan_failed',
    programs.length === 0
      ? 'Cargo.toml makes no program: looked for src/main.rs, src/bin and [[bin]].'
      : `Cargo.toml makes several programs, and nothing says which one is the server: ${which}.`,
    { hint: 'Name it as default-run in [package], or set build and start in moorage.json.' },
  )
}
