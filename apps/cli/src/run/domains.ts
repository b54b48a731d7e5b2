import type { ApiOutputs } from '@moorage/api/app-router'
import { chooseSlug } from '../choose-slug.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { server?: string }
type Domains = ApiOutputs['domains']['list']

export async function listDomains(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const { domains, pointsTo } = await api.domains.list.query({ slug })
  if (terminal.json) return terminal.printJson({ domains, pointsTo })
  if (domains.length === 0)
    return terminal.note(`"${slug}" has none: moorage domains add NAME --server ${slug}`)
  printTable(
    terminal,
    ['NAME', 'STATE', 'URL'],
    domains.map((it) => [
      it.hostname,
      it.verifiedAt ? `verified ${ago(it.verifiedAt)}` : 'waits for its TXT record',
      `https://${it.hostname}/mcp`,
    ]),
  )
  for (const domain of domains.filter((it) => !it.verifiedAt))
    printRecords(session, domain, pointsTo)
}

export async function addDomain(session: Session, hostname: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const domain = await api.domains.add.mutate({ slug, hostname })
  const { pointsTo } = await api.domains.list.query({ slug })
  if (terminal.json) return terminal.printJson({ ...domain, pointsTo })
  if (domain.verifiedAt) return terminal.print(`${domain.hostname} is verified already.`)
  printRecords(session, domain, pointsTo)
  terminal.note(`Then: moorage domains verify ${domain.hostname} --server ${slug}`)
}

export async function verifyDomain(
  session: Session,
  hostname: string,
  flags: Flags,
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const domain = await api.domains.verify.mutate({ slug, hostname })
  if (terminal.json) return terminal.printJson(domain)
  terminal.print(`Verified. ${slug} answers at https://${domain.hostname}/mcp`)
}

export async function removeDomain(
  session: Session,
  hostname: string,
  flags: Flags,
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const answer = await api.domains.remove.mutate({ slug, hostname })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${slug} no longer answers at ${answer.removed}.`)
}

function printRecords(
  { terminal }: Session,
  domain: Domains['domains'][number],
  pointsTo: Domains['pointsTo'],
): void {
  terminal.print(`\nAdd to DNS for ${domain.hostname}:`)
  terminal.print(`  TXT    ${domain.txtName}  ${domain.txtValue}`)
  if (pointsTo)
    terminal.print(`  ${pointsTo.type.padEnd(5)}  ${domain.hostname}  ${pointsTo.value}`)
}
