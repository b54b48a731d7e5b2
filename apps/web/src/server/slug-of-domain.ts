import { splitPreviewSlug } from '@moorage/domain/preview-name'
import { slugSchema } from '@moorage/domain/slug'

/** `echo` or `echo--preview` of `echo.mcp.example.com` or `echo--preview.mcp.example.com` where the base domain is `mcp.example.com`; else null. */
export function slugOfDomain(domain: string, baseDomain: string): string | null {
  const name = domain.toLowerCase().replace(/\.$/, '')
  const suffix = `.${baseDomain.toLowerCase()}`
  if (!name.endsWith(suffix)) return null
  const label = name.slice(0, -suffix.length)
  return slugSchema.safeParse(label).success || splitPreviewSlug(label) !== null ? label : null
}
