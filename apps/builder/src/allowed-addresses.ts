import { lookup } from 'node:dns/promises'
import { isPublicAddress } from '@moorage/access/guarded-connect'
import type { Env } from './env.ts'

/**
 * What builds and servers may reach though it is private: what the operator names, and the hosts of
 * the registries and proxies that the operator set for builds.
 */
export async function allowedAddresses(env: Env): Promise<string[]> {
  const urls = [
    env.MOORAGE_BUILD_NPM_REGISTRY,
    env.MOORAGE_BUILD_PIP_INDEX_URL,
    ...(env.MOORAGE_BUILD_GOPROXY?.split(/[,|]/) ?? []),
    env.MOORAGE_BUILD_CARGO_REGISTRY?.replace(/^sparse\+/, ''),
    env.MOORAGE_BUILD_HTTP_PROXY,
    env.MOORAGE_BUILD_HTTPS_PROXY,
  ]
  const hosts = urls.flatMap((url) => (url && URL.parse(url)?.hostname) || [])
  const found = await Promise.all([...new Set(hosts)].map(addressesOf))
  const isPrivate = (address: string) => !isPublicAddress(address)
  return [...env.MOORAGE_FIREWALL_ALLOW, ...found.flat().filter(isPrivate)]
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}
