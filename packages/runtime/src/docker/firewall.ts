import { execFile } from 'node:child_process'
import { getServers } from 'node:dns'
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { type Engine, engineError } from './engine.ts'
import { type Family, type FirewallRules, familyRules } from './firewall-rules.ts'
import type { NetworkPool } from './network.ts'

const bridgeSchema = z.object({ Options: z.record(z.string(), z.string()).nullish() })

/** The rules for this engine's default bridge, where builds run, and the servers' networks. */
export async function firewallRules(
  engine: Engine,
  pool: NetworkPool,
  allowed: readonly string[],
): Promise<FirewallRules> {
  try {
    const network = bridgeSchema.parse(await engine.docker.getNetwork('bridge').inspect())
    const buildBridge = network.Options?.['com.docker.network.bridge.name'] ?? 'docker0'
    const serverNetworks = `${pool.firstAddress}/${pool.prefix}`
    return { buildBridge, serverNetworks, allowed, nameservers: nameservers() }
  } catch (error) {
    throw engineError(error)
  }
}

/** The machine's own, which the engine hands on; one on loopback it does not. */
function nameservers(): string[] {
  return getServers().filter((address) => isIP(address) > 0 && !/^(127\.|::1$)/.test(address))
}

/**
 * Puts the rules in force, whole or as they were; doing it again changes nothing. Needs root (or
 * CAP_NET_ADMIN) in the network of the engine's machine. Throws `unavailable` where it may not.
 */
export async function applyFirewall(rules: FirewallRules): Promise<void> {
  if (!existsSync(`/sys/class/net/${rules.buildBridge}`))
    throw refused(`there is no ${rules.buildBridge} here: the engine runs on another machine`)
  await applyFamily('ipv4', rules)
  if (existsSync('/proc/net/if_inet6')) await applyFamily('ipv6', rules)
}

async function applyFamily(family: Family, rules: FirewallRules): Promise<void> {
  const program = family === 'ipv4' ? 'iptables' : 'ip6tables'
  const { chains, jumps } = familyRules(family, rules)
  await run(`${program}-restore`, ['--noflush', '--wait', '5'], chains)
  for (const { chain, rule } of jumps) {
    const wait = ['--wait', '5']
    const isThere = await run(program, [...wait, '-C', chain, ...rule]).catch(() => null)
    if (isThere === null) await run(program, [...wait, '-I', chain, '1', ...rule])
  }
}

async function run(program: string, args: string[], input = ''): Promise<true> {
  const env = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' }
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, timeout: 20_000 }, (error, _, stderr) => {
      if (error) reject(refused(stderr.trim() || error.message))
      else resolve(true)
    })
    child.stdin?.on('error', () => {}).end(input)
  })
}

function refused(why: string): AppError {
  return new AppError('unavailable', 'The firewall rules could not be set.', {
    message: why,
    hint: 'Run "node apps/builder/src/firewall.ts" as root on the machine of the container engine.',
  })
}
