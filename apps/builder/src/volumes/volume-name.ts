import type { Volume } from '@moorage/db/client'

/** What the driver knows the volume by, in its present generation. */
export function volumeName({ id, generation }: Pick<Volume, 'id' | 'generation'>): string {
  return `${id}-${generation}`
}
