import { lookup } from 'node:dns/promises'
import { isPublicAddress } from '@moorage/access/guarded-connect'
import type { RepoUrl } from '@moorage/deployments/repo-url'
import { AppError } from '@moorage/domain/error'
import { parseImageReference } from '@moorage/runtime/image-reference'

/**
 * The address to fetch from, looked up once and then pinned, so that a name cannot answer with a
 * public address here and with a private one to git. Private, link-local, loopback, 6to4, NAT64
 * and IPv4-mapped ranges are refused, but for hosts that the operator trusts.
 */
export async function pinRepoAddress(
  repo: RepoUrl,
  trustedHosts: readonly string[],
): Promise<string> {
  const trusted = trustedHosts.includes(new URL(repo.url).host)
  return allowedAddress(repo.host, { trusted, setting: 'MOORAGE_TRUSTED_REPO_HOSTS' })
}

/** An address of a host that a tenant names. Throws where it has none, or private ones alone. */
export async function allowedAddress(
  host: string,
  { trusted, setting }: { trusted: boolean; setting: string },
): Promise<string> {
  const addresses = await lookup(host, { all: true, verbatim: true }).catch((cause: unknown) => {
    throw new AppError('fetch_failed', `The host ${host} cannot be found.`, {
      hint: 'Check its name for a typing error.',
      cause,
    })
  })
  const allowed = addresses.find(({ address }) => trusted || isPublicAddress(address))
  if (allowed) return allowed.address
  throw new AppError('fetch_failed', `The host ${host} is in a private network.`, {
    hint: `An operator can allow it with ${setting}.`,
  })
}

/** The engine pulls by itself and looks names up anew; this keeps tenants from naming inner hosts. */
export async function checkRegistry(image: string, trusted: readonly string[]): Promise<void> {
  const { registry } = parseImageReference(image)
  const { hostname } = new URL(`https://${registry}`)
  const setting = 'MOORAGE_TRUSTED_REGISTRIES'
  await allowedAddress(hostname, { trusted: trusted.includes(registry), setting })
}
