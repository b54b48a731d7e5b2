import { type Language, languages } from '@moorage/build-plan/plan'
import { baseImage } from '@moorage/testing/services'

/** Names of base images by language, where this machine has its own. */
export function baseImages(): Partial<Record<Language, string>> {
  const own = languages.map((language) => [language, baseImage(language)] as const)
  return Object.fromEntries(own.filter(([, name]) => name !== null))
}
