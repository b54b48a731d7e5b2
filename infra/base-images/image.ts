import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

export const recipeLabel = 'dev.moorage.recipe'

export type ImageRecipe = {
  tag: string
  from: string
  /** Names everything that decides the content: the same recipe is not made twice. */
  recipe: string
  /** Run as root in the image first, with the network. */
  command?: readonly string[]
  /** Lays out files under `root`, as they shall stand in the image; `scratch` is for anything else. */
  layOut: (root: string, scratch: string) => Promise<void>
  /** Dockerfile instructions for the image's configuration. */
  config: readonly string[]
}

/** A layer of files over an image, by copy and commit: needs no builder and no Dockerfile. */
export async function ensureImage(image: ImageRecipe): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'moorage-base-'))
  const command = image.command ?? ['true']
  const container = (await run('docker', ['create', image.from, ...command])).trim()
  try {
    if (image.command) await run('docker', ['start', '--attach', container])
    const root = join(scratch, 'root')
    await run('mkdir', ['-p', root])
    await image.layOut(root, scratch)
    await run('docker', ['cp', `${root}/.`, `${container}:/`])
    const config = [...image.config, `LABEL ${recipeLabel}=${image.recipe}`]
    const changes = config.flatMap((instruction) => ['--change', instruction])
    await run('docker', ['commit', ...changes, container, image.tag])
  } finally {
    await run('docker', ['rm', '-f', container])
    await rm(scratch, { recursive: true, force: true })
  }
}

export async function imageHasRecipe(tag: string, recipe: string): Promise<boolean> {
  const format = `{{index .Config.Labels "${recipeLabel}"}}`
  return run('docker', ['image', 'inspect', '--format', format, tag]).then(
    (label) => label.trim() === recipe,
    () => false,
  )
}

export function recipeOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}
