import { lookup } from 'node:dns'
import { readFileSync } from 'node:fs'
import { isIP, type LookupFunction } from 'node:net'
import { getCACertificates } from 'node:tls'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'

export type GuardOptions = {
  /** Hosts, in the form of URL.host, that may be private or speak plain http. */
  trustedHosts: readonly string[]
  /** A PEM file with further CAs to trust. */
  caFile?: string | undefined
  timeoutMs: number
}

/**
 * Connections to hosts that a tenant names. The address is judged at the moment of connecting, so no
 * name can answer once with a public address and then with a private one. TLS is verified against
 * Node's CAs, the system's, and the file's.
 */
export function guardedConnect(options: GuardOptions): buildConnector.connector {
  const { trustedHosts, timeoutMs: timeout } = options
  const ca = authorities(options.caFile)
  const open = buildConnector({ timeout, ca, allowH2: false })
  const guarded = buildConnector({ timeout, ca, allowH2: false, lookup: publicLookup })
  return (to, done) => {
    if (trustedHosts.includes(to.host ?? to.hostname)) return open(to, done)
    // Of an address nothing is looked up.
    const address = to.hostname.replace(/^\[|\]$/g, '')
    if (isIP(address) !== 0 && !isPublicAddress(address)) return done(refusal(address), null)
    if (to.protocol !== 'https:') return done(new Error(`${to.hostname} speaks plain http`), null)
    guarded(to, done)
  }
}

/** No private, link-local, loopback, 6to4, NAT64 or IPv4-mapped address. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast'
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 0)
    const allowed = found.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (!first) return done(refusal(hostname), '', 0)
    if (options.all) return done(null, allowed)
    done(null, first.address, first.family)
  })
}

function refusal(host: string): Error {
  return Object.assign(new Error(`${host} is in a private network`), { code: 'EPRIVATE' })
}

function authorities(caFile: string | undefined): string[] {
  const known = [...getCACertificates('default'), ...getCACertificates('system')]
  return [...new Set(known), ...(caFile ? [readFileSync(caFile, 'utf8')] : [])]
}
