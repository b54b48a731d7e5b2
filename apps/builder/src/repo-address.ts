import { lookup } from 'node:dns/promises'
import type { RepoUrl } from '@moorage/deployments/repo-url'
import { AppError } from '@moorage/domain/error'
import ipaddr from 'ipaddr.js'

/**
 * The address to fetch from, looked up once and then pinned, so that a name cannot answer with a
 * public address here and with a private one to git. Private, link-local, loopback, 6to4, NAT64
 * and IPv4-mapped ranges are refused, but for hosts that the operator trusts.
 */
export async function pinRepoAddress(
  repo: RepoUrl,
  trustedHosts: readonly string[],
): Promise<string> {
  const addresses = await lookup(repo.host, { all: true, verbatim: true }).catch(
    (cause: unknown) => {
      throw new AppError('fetch_failed', `The host ${repo.host} cannot be found.`, {
        hint: 'Check the repository URL for a typing error.',
        cause,
      })
    },
  )
  const trusted = trustedHosts.includes(new URL(repo.url).host)
  const allowed = addresses.find(({ address }) => trusted || isPublic(address))
  if (!allowed)
    throw new AppError('fetch_failed', `The host ${repo.host} is in a private network.`, {
      hint: 'An operator can allow it with MOORAGE_TRUSTED_REPO_HOSTS.',
    })
  return allowed.address
}

export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast'
}
