import { slugSchema } from '@moorage/domain/slug'

/** `echo` of `echo.mcp.example.com` where the base domain is `mcp.example.com`; else null. */
export function slugOfDomain(domain: string, baseDomain: string): string | null {
  const name = domain.toLowerCase().replace(/\.$/, '')
  const suffix = `.${baseDomain.toLowerCase()}`
  if (!name.endsWith(suffix)) return null
  const slug = slugSchema.safeParse(name.slice(0, -suffix.length))
  return slug.success ? slug.data : null
}
