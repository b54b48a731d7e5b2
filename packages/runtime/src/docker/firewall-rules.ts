export type FirewallRules = {
  /** The bridge on which the engine runs the steps of builds. */
  buildBridge: string
  /** Where the networks of servers are cut from: `10.213.0.0/16`. */
  serverNetworks: string
  /** Addresses and ranges that may be reached though they are private. */
  allowed: readonly string[]
  /** Where names are asked for. */
  nameservers: readonly string[]
}

export type Family = 'ipv4' | 'ipv6'

/** Private, shared and link-local ranges; the last hold the metadata services of every cloud. */
const closed = {
  ipv4: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ipv6: ['fc00::/7', 'fe80::/10'],
} as const satisfies Record<Family, readonly string[]>

/** What leaves the machine, and what is for the machine itself. */
const outwards = 'MOORAGE-OUT'
const inwards = 'MOORAGE-HOST'

/**
 * Two chains in the form of iptables-restore, and the jumps into them. A build or a server opens no
 * connection to the machine, to a private network or to a neighbour; answers to what came in pass.
 */
export function familyRules(
  family: Family,
  rules: FirewallRules,
): { chains: string; jumps: { chain: string; rule: string[] }[] } {
  const mine = (addresses: readonly string[]) =>
    addresses.filter((address) => address.includes(':') === (family === 'ipv6'))
  const answers = '-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN'
  const open = [
    ...mine(rules.allowed).map((address) => `-d ${address} -j RETURN`),
    ...mine(rules.nameservers).flatMap((address) =>
      ['udp', 'tcp'].map((protocol) => `-d ${address} -p ${protocol} --dport 53 -j RETURN`),
    ),
  ]
  const reject = `-j REJECT --reject-with ${family === 'ipv4' ? 'icmp-admin-prohibited' : 'icmp6-adm-prohibited'}`
  const lines = [
    ...[answers, ...open, ...closed[family].map((range) => `-d ${range} ${reject}`)].map(
      (rule) => `-A ${outwards} ${rule}`,
    ),
    ...[answers, ...open, reject].map((rule) => `-A ${inwards} ${rule}`),
  ]
  const chains = ['*filter', `:${outwards} - [0:0]`, `:${inwards} - [0:0]`, ...lines, 'COMMIT', '']
  // Servers' networks have IPv4 only, and DOCKER-USER is there for it alone on older engines.
  const from = [
    ['-i', rules.buildBridge],
    ...(family === 'ipv4' ? [['-s', rules.serverNetworks]] : []),
  ]
  return {
    chains: chains.join('\n'),
    jumps: from.flatMap((match) => [
      {
        chain: family === 'ipv4' ? 'DOCKER-USER' : 'FORWARD',
        rule: [...match, '-j', outwards],
      },
      { chain: 'INPUT', rule: [...match, '-j', inwards] },
    ]),
  }
}
