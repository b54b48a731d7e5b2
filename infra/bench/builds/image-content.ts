import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { baseImages } from './base-images.ts'

type Base = NonNullable<BuildPlan['base']>

/** Programs and files that only a build needs, as paths in an image. */
const buildOnly = [
  /(?:^|\/)bin\/(?:gcc|g\+\+|cc|c\+\+|clang|cpp|ld|make|rustc|cargo|rustup|go|gofmt|javac|mvn|dotnet)(?:-[\d.]+)?$/,
  /(?:^|\/)bin\/(?:uv|uvx|poetry|pnpm|yarn|bun|tsc)$/,
  /(?:^|\/)node_modules\/(?:typescript|esbuild|@swc\/core|bun|pnpm|node-gyp)\/package\.json$/,
  /(?:^|\/)(?:\.npm\/_cacache|_npx|\.cache\/(?:uv|pip|go-build|pypoetry|yarn|node-gyp)|\.cargo\/registry|go\/pkg\/mod|\.pnpm-store|pnpm\/store|\.yarn\/cache|\.bun\/install)\//,
  /^var\/cache\/apt\/.*\.deb$|^var\/lib\/apt\/lists\/.*_(?:Packages|InRelease)$/,
  /(?:^|\/)app\/target\/release\/deps\//,
]

/** Of an image's files, those that only a build needs and that its base has not; 20 at most. */
export async function leftovers(imageId: string, base: Base | null): Promise<string[]> {
  const found = (await filesOf(imageId)).filter((path) => buildOnly.some((one) => one.test(path)))
  if (found.length === 0) return []
  const before = new Set(base === null ? [] : await filesOf(nameOf(base)))
  return found.filter((path) => !before.has(path)).slice(0, 20)
}

export async function imageSize(base: Base): Promise<number> {
  const inspect = ['image', 'inspect', '--format', '{{.Size}}', nameOf(base)]
  return Number((await docker(inspect)).trim())
}

function nameOf({ language, version }: Base): string {
  const template = baseImages()[language] ?? `${language}:{version}-slim`
  return template.replaceAll('{version}', version)
}

/** Paths of all files, without a leading slash. The container is made and never started. */
async function filesOf(image: string): Promise<string[]> {
  const container = (await docker(['create', '--entrypoint', '/none', image])).trim()
  try {
    const exported = spawn('docker', ['export', container], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const list = spawn('tar', ['-t'], { stdio: ['pipe', 'pipe', 'inherit'] })
    exported.stdout.pipe(list.stdin)
    const paths: string[] = []
    for await (const path of createInterface({ input: list.stdout })) paths.push(path)
    return paths
  } finally {
    await docker(['rm', container])
  }
}

async function docker(args: string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout
}
