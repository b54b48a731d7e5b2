import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { debianImage } from './debian.ts'
import { ensureImage, imageHasRecipe } from './image.ts'
import { type LanguageImage, languageImages, languageNames } from './languages.ts'

export type BaseImageName = (typeof languageNames)[number]

type Options = {
  /** Where downloads are kept between runs. */
  cacheDir?: string
  /** The CA bundle that fetches go through; also put into the golang image. */
  caBundlePath?: string | null
  images?: readonly BaseImageName[]
  log?: (line: string) => void
}

const machineCaBundle = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Makes the base images on a machine that can reach package registries but no container registry:
 * root on Debian, with an engine on the local socket. Does nothing for images that already stand.
 */
export async function ensureBaseImages(
  options: Options = {},
): Promise<Record<BaseImageName, string>> {
  const settings = {
    cacheDir: options.cacheDir ?? join(homedir(), '.cache', 'moorage'),
    caBundlePath: options.caBundlePath === undefined ? machineCaBundle : options.caBundlePath,
    log: options.log ?? ((line: string) => process.stderr.write(`${line}\n`)),
  }
  const wanted = await languageImages(settings)
  for (const name of options.images ?? languageNames) await ensureLanguage(wanted[name], settings)
  const tagOf = (name: BaseImageName) => (wanted[name].image ?? wanted[name].base).tag
  return {
    python: tagOf('python'),
    node: tagOf('node'),
    golang: tagOf('golang'),
    rust: tagOf('rust'),
    debian: tagOf('debian'),
  }
}

async function ensureLanguage(
  { base, image }: LanguageImage,
  settings: { cacheDir: string; log: (line: string) => void },
): Promise<void> {
  if (image !== null && (await imageHasRecipe(image.tag, image.recipe))) return
  await debianImage(base, settings)
  if (image === null) return
  settings.log(`making ${image.tag}`)
  await ensureImage(image)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { 'cache-dir': { type: 'string' }, image: { type: 'string', multiple: true } },
  })
  const images = languageNames.filter((name) => values.image?.includes(name) ?? true)
  const made = await ensureBaseImages({
    images,
    ...(values['cache-dir'] && { cacheDir: values['cache-dir'] }),
  })
  process.stdout.write(`${JSON.stringify(made)}\n`)
}
