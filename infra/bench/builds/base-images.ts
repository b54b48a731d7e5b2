import type { Language } from '@moorage/build-plan/plan'
import { baseImage } from '@moorage/testing/services'

/** Names of base images by language, where this machine has its own. */
export function baseImages(): Partial<Record<Language, string>> {
  const own = {
    python: baseImage('python'),
    node: baseImage('node'),
    golang: baseImage('golang'),
  }
  return Object.fromEntries(Object.entries(own).filter(([, name]) => name !== null))
}
