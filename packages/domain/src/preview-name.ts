/** A label of a host name has 63 characters at most (RFC 1035, 2.3.4). */
const maxLabelLength = 63

/**
 * What may stand after `<slug>--` for a branch or a pull request: the plain name first, then one
 * that no other branch has. `feature/X` and `feature-x` are alike, so `mark` (hex digits made of the
 * ref) tells them apart; it also ends a name that had to be cut.
 */
export function previewNames(slug: string, text: string, mark: string): string[] {
  const room = maxLabelLength - slug.length - '--'.length
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const ending = `-${mark.slice(0, 6)}`
  const start = (plain || 'branch').slice(0, room - ending.length).replace(/-+$/, '')
  const marked = start + ending
  return plain !== '' && plain.length <= room ? [plain, marked] : [marked]
}

/** `echo` and `feature-x` of `echo--feature-x`; null where it names no preview. */
export function splitPreviewSlug(text: string): { slug: string; name: string } | null {
  const [, slug, name] = /^([a-z0-9]+(?:-[a-z0-9]+)*)--([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(text) ?? []
  return slug && name ? { slug, name } : null
}
