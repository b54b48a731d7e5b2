import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { notFound } from '@moorage/access/principal'
import type { Domain, Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'

/** A host name of a team's own, and the DNS record that proves it. */
export type DomainView = {
  hostname: string
  verifiedAt: Date | null
  txtName: string
  txtValue: string
}

type Target = { teamId: string; serverId: string; hostname: string }
type DomainDeps = Pick<Deps, 'db' | 'events'>

const maxDomains = 20
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const publicName = new RegExp(`^(?=.{4,253}$)(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`)
const noPublicName = /(?:^|\.)(?:localhost|local|internal|lan|test|invalid|example|onion|arpa)$/

/**
 * Claims a name, which does nothing until it is proven. Any team may claim it, as only its owner can
 * prove it. `ours`: the platform's own host names; they, and names below them, are nobody else's.
 */
export async function addDomain(
  deps: DomainDeps,
  input: Target & { ours: readonly string[] },
  actor: Actor,
): Promise<DomainView> {
  const server = await findServer(deps, input)
  const hostname = parseHostname(input.hostname, input.ours)
  const where = { serverId: server.id }
  if ((await deps.db.domain.count({ where })) >= maxDomains)
    throw new AppError('conflict', `A server can have ${maxDomains} host names at most.`)
  const domain = await deps.db.domain.upsert({
    where: { serverId_hostname: { ...where, hostname } },
    create: { id: newId('dom'), ...where, hostname, token: randomBytes(16).toString('hex') },
    update: {},
  })
  await audit(deps, actor, 'domain.add', server, { hostname })
  return domainView(domain)
}

export type TxtResolver = Pick<Resolver, 'resolveTxt'>
const publicDns: TxtResolver = new Resolver({ timeout: 3_000, tries: 2 })

/**
 * Looks for the record in DNS; from then on the name leads to the server. Not by HTTP: whoever's
 * name points here already would be proven by our own answer.
 */
export async function verifyDomain(
  deps: DomainDeps & { resolver?: TxtResolver },
  input: Target,
  actor: Actor,
): Promise<DomainView> {
  const server = await findServer(deps, input)
  const domain = await findDomain(deps, input)
  const { txtName, txtValue } = domainView(domain)
  if (!(await isProven(deps.resolver ?? publicDns, domain)))
    throw new AppError('bad_input', `DNS does not have the record for ${domain.hostname} yet.`, {
      hint: `Add a TXT record ${txtName} with the value ${txtValue}, and try again in a few minutes.`,
    })
  const verified = await verify(deps, domain)
  await audit(deps, actor, 'domain.verify', server, { hostname: domain.hostname })
  await deps.events.publish({ type: 'server', serverId: server.id })
  return domainView(verified)
}

const pendingDays = 7
const pendingAtOnce = 50

/**
 * Names that wait for their record, looked for again: who adds it need not come back. After 7 days a
 * name waits for its owner to ask, and one that is another server's by now does not change hands by
 * itself.
 */
export async function verifyPendingDomains(
  deps: DomainDeps & { resolver?: TxtResolver },
): Promise<void> {
  const since = new Date(Date.now() - pendingDays * 86_400_000)
  const waiting = await deps.db.domain.findMany({
    where: { verifiedAt: null, createdAt: { gt: since } },
    include: { server: true },
    orderBy: { createdAt: 'desc' },
    take: pendingAtOnce,
  })
  await Promise.all(
    waiting.map(async ({ server, ...domain }) => {
      const { hostname } = domain
      if (!(await isProven(deps.resolver ?? publicDns, domain))) return
      if (await isVerifiedDomain(deps, hostname)) return
      await verify(deps, domain)
      await audit(deps, { id: 'moorage', name: 'Moorage' }, 'domain.verify', server, { hostname })
      await deps.events.publish({ type: 'server', serverId: server.id })
    }),
  )
}

async function isProven(resolver: TxtResolver, domain: Domain): Promise<boolean> {
  const { txtName, txtValue } = domainView(domain)
  const records = await resolver.resolveTxt(txtName).catch(() => [])
  return records.some((parts) => parts.join('') === txtValue)
}

/** Its server stops answering there at once. Throws `not_found`. */
export async function removeDomain(deps: DomainDeps, input: Target, actor: Actor): Promise<void> {
  const server = await findServer(deps, input)
  const domain = await findDomain(deps, input)
  await deps.db.domain.deleteMany({ where: { id: domain.id } })
  await audit(deps, actor, 'domain.remove', server, { hostname: domain.hostname })
  await deps.events.publish({ type: 'server', serverId: server.id })
}

export async function listDomains(
  deps: Pick<Deps, 'db'>,
  input: { serverId: string },
): Promise<DomainView[]> {
  const rows = await deps.db.domain.findMany({ where: input, orderBy: { hostname: 'asc' } })
  return rows.map(domainView)
}

/** May a certificate be fetched for this name, and is a request for it ours? */
export async function isVerifiedDomain(deps: Pick<Deps, 'db'>, hostname: string): Promise<boolean> {
  const where = { hostname: hostname.toLowerCase().replace(/\.$/, '') }
  return (await deps.db.domain.count({ where: { ...where, verifiedAt: { not: null } } })) > 0
}

/** Whoever proves it last has it: a name that changed hands takes its new owner's word. */
function verify(deps: DomainDeps, { id, hostname }: Domain): Promise<Domain> {
  return deps.db.$transaction(async (tx) => {
    const others = { hostname, id: { not: id } }
    await tx.domain.updateMany({ where: others, data: { verifiedAt: null } })
    return tx.domain.update({ where: { id }, data: { verifiedAt: new Date() } })
  })
}

async function findServer(deps: Pick<Deps, 'db'>, { teamId, serverId }: Target): Promise<Server> {
  const server = await deps.db.server.findFirst({ where: { id: serverId, teamId } })
  if (!server) throw notFound('server')
  return server
}

async function findDomain(deps: Pick<Deps, 'db'>, input: Target): Promise<Domain> {
  const hostname = asSent(input.hostname)
  if (hostname === null) throw noHostname()
  const domain = await deps.db.domain.findFirst({ where: { serverId: input.serverId, hostname } })
  if (!domain) throw notFound('domain')
  return domain
}

function parseHostname(given: string, ours: readonly string[]): string {
  const hostname = asSent(given)
  if (hostname === null || !publicName.test(hostname) || noPublicName.test(hostname))
    throw noHostname()
  if (ours.some((own) => hostname === own || hostname.endsWith(`.${own}`)))
    throw new AppError('forbidden', 'This name belongs to the platform.')
  return hostname
}

function noHostname(): AppError {
  return new AppError('bad_input', 'This is no public host name.', {
    hint: 'Give a name alone, such as tools.your-company.com.',
  })
}

/** In lower case and punycode; null where it is not a host name alone. */
function asSent(given: string): string | null {
  const name = given.trim().replace(/\.$/, '')
  const url = URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`) : null
  return url && url.href === `http://${url.hostname}/` ? url.hostname : null
}

function domainView({ hostname, token, verifiedAt }: Domain): DomainView {
  const txtName = `_moorage.${hostname}`
  return { hostname, verifiedAt, txtName, txtValue: `moorage-domain=${token}` }
}
