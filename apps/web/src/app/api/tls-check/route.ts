import { isVerifiedDomain } from '@moorage/deployments/domains'
import { splitPreviewSlug } from '@moorage/domain/preview-name'
import { readEnv } from '../../../env.ts'
import { webDeps } from '../../../server/deps.ts'
import { slugOfDomain } from '../../../server/slug-of-domain.ts'

export const dynamic = 'force-dynamic'

/** The TLS front asks before it fetches a certificate: only for names that we serve. */
export async function GET(request: Request): Promise<Response> {
  const domain = new URL(request.url).searchParams.get('domain') ?? ''
  const { MOORAGE_DASHBOARD_URL, MOORAGE_GIT_URL, MOORAGE_ROUTER_URL } = readEnv()
  const ours = [MOORAGE_DASHBOARD_URL, MOORAGE_GIT_URL, MOORAGE_ROUTER_URL].some(
    (url) => new URL(url).hostname === domain.toLowerCase(),
  )
  const slug = slugOfDomain(domain, new URL(MOORAGE_ROUTER_URL).hostname)
  const known = ours || (slug !== null ? await isServer(slug) : await isOwnDomain(domain))
  return new Response(null, { status: known ? 200 : 404 })
}

async function isOwnDomain(domain: string): Promise<boolean> {
  return isVerifiedDomain(await webDeps(), domain)
}

async function isServer(slug: string): Promise<boolean> {
  const { db } = await webDeps()
  const preview = splitPreviewSlug(slug)
  if (preview)
    return (
      (await db.preview.count({
        where: { name: preview.name, server: { slug: preview.slug } },
      })) === 1
    )
  return (await db.server.count({ where: { slug } })) === 1
}
