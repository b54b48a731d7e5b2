import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageHasRecipe, recipeLabel, recipeOf } from './image.ts'
import { isInstalled, run } from './run.ts'

const suite = 'bookworm'
const packages = ['ca-certificates', 'python3', 'python3-venv', 'git']

export const debianTag = `moorage/base:${suite}`
/** Goes up when what is stripped or written below changes. */
export const debianRecipe = recipeOf('debian', '1', suite, ...packages)

/** A minimal Debian out of its package archive. The tar is kept: making it takes minutes. */
export async function debianImage(settings: {
  cacheDir: string
  log: (line: string) => void
}): Promise<void> {
  if (await imageHasRecipe(debianTag, debianRecipe)) return
  const tar = join(settings.cacheDir, `debian-${suite}-${debianRecipe}-${process.arch}.tar`)
  if (!(await exists(tar))) {
    settings.log(`making ${debianTag} (a few minutes, once)`)
    await makeTar(settings.cacheDir, tar)
  }
  const changes = ['--change', `LABEL ${recipeLabel}=${debianRecipe}`, '--change', 'CMD ["bash"]']
  await run('docker', ['import', ...changes, tar, debianTag])
}

async function makeTar(cacheDir: string, tar: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Making base images needs root (debootstrap).')
  await mkdir(cacheDir, { recursive: true })
  if (!(await isInstalled('debootstrap'))) {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'debootstrap'])
  }
  const root = join(cacheDir, `debootstrap-${process.pid}`)
  try {
    await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, root])
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
