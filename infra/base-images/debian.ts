import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageHasRecipe, recipeLabel, recipeOf } from './image.ts'
import { isInstalled, run } from './run.ts'

export type DebianBase = { suite: string; packages: readonly string[]; tag: string; recipe: string }

export const bookworm = debian('bookworm', 'moorage/base:bookworm', [
  'ca-certificates',
  'python3',
  'python3-venv',
  'git',
])
/** What a program without a language of its own runs on, and what its compiler is built on. */
export const trixie = debian('trixie', 'moorage/debian:13', ['ca-certificates'])

function debian(suite: string, tag: string, packages: readonly string[]): DebianBase {
  // The number goes up when what is stripped or written below changes.
  return { suite, tag, packages, recipe: recipeOf('debian', '1', suite, ...packages) }
}

/** A minimal Debian out of its package archive. The tar is kept: making it takes minutes. */
export async function debianImage(
  base: DebianBase,
  settings: { cacheDir: string; log: (line: string) => void },
): Promise<void> {
  if (await imageHasRecipe(base.tag, base.recipe)) return
  const name = `debian-${base.suite}-${base.recipe}-${process.arch}.tar`
  const tar = join(settings.cacheDir, name)
  if (!(await exists(tar))) {
    settings.log(`making ${base.tag} (a few minutes, once)`)
    await makeTar(base, settings.cacheDir, tar)
  }
  const changes = ['--change', `LABEL ${recipeLabel}=${base.recipe}`, '--change', 'CMD ["bash"]']
  await run('docker', ['import', ...changes, tar, base.tag])
}

async function makeTar(base: DebianBase, cacheDir: string, tar: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Making base images needs root (debootstrap).')
  await mkdir(cacheDir, { recursive: true })
  if (!(await isInstalled('debootstrap'))) {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'debootstrap'])
  }
  const root = join(cacheDir, `debootstrap-${process.pid}`)
  try {
    const include = `--include=${base.packages.join(',')}`
    await run('debootstrap', ['--variant=minbase', include, base.suite, root])
    await strip(root)
    // Renamed when whole, so that a run cut short leaves no half tar under the final name.
    await run('tar', ['-C', root, '--numeric-owner', '-cf', `${root}.tar`, '.'])
    await rename(`${root}.tar`, tar)
  } finally {
    await rm(root, { recursive: true, force: true })
    await rm(`${root}.tar`, { force: true })
  }
}

const emptied = [
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/cache/debconf',
  'var/log',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/lintian',
  'dev',
]

async function strip(root: string): Promise<void> {
  for (const dir of emptied)
    for (const name of await readdir(join(root, dir)).catch(() => []))
      await rm(join(root, dir, name), { recursive: true, force: true })
  // What apt installs later in a build leaves its manuals out too, as the official slim images do.
  const excluded = ['doc', 'man', 'info', 'locale', 'lintian'].map(
    (dir) => `path-exclude /usr/share/${dir}/*\n`,
  )
  await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/slim'), excluded.join(''))
  await writeFile(join(root, 'etc/apt/apt.conf.d/slim'), 'APT::Install-Recommends "false";\n')
  await allowSystemInstalls(root)
}

/** The official Python images have no marker that stops `pip install`, so neither has this one. */
async function allowSystemInstalls(root: string): Promise<void> {
  for (const name of await readdir(join(root, 'usr/lib')))
    if (name.startsWith('python3.'))
      await rm(join(root, 'usr/lib', name, 'EXTERNALLY-MANAGED'), { force: true })
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
