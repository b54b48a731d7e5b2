import type { ServerDetails } from '../api.ts'
import { chooseSlug } from '../choose-slug.ts'
import { toolNames } from '../describe-deployment.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'
import { plain } from '../terminal.ts'

export async function listServers(
  { api, terminal }: Session,
  flags: { team?: string },
): Promise<void> {
  const servers = await api.servers.list.query(flags.team ? { team: flags.team } : {})
  if (terminal.json) return terminal.printJson(servers)
  if (servers.length === 0)
    return terminal.note('No server yet. In the directory of one: moorage deploy')
  printTable(
    terminal,
    ['NAME', 'STATE', 'URL', 'DEPLOYED'],
    servers.map((server) => [
      server.slug,
      server.state,
      server.url,
      server.latest ? ago(server.latest.createdAt) : '',
    ]),
  )
}

export async function showServer(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const server = await api.servers.get.query({ slug: await chooseSlug(session, named) })
  if (terminal.json) return terminal.printJson(server)
  printServer(session, server)
}

export function printServer({ terminal, platform }: Session, server: ServerDetails): void {
  const line = (name: string, value: string) =>
    terminal.print(`  ${name.padEnd(11)}${plain(value)}`)
  terminal.print(`${terminal.colors.bold(server.slug)}  ${server.state}`)
  line('URL', server.url)
  for (const url of server.ownUrls) line('also at', url)
  line('access', server.access)
  line('team', server.team.name)
  line('source', server.sourceLine ?? server.repoUrl ?? `git push ${server.gitRemote}`)
  if (server.source === 'git') line('branch', server.branch)
  if (server.rootDir !== '.') line('directory', server.rootDir)
  const settled = Object.keys(server.settings).join(', ')
  if (settled) line('settings', `${settled} (moorage settings ${server.slug})`)
  if (server.deployKeyPublic) line('deploy key', server.deployKeyPublic)
  if (server.live) line('live', `${server.live.shortId}, ${ago(server.live.createdAt)}`)
  if (server.live) line('tools', toolNames({ ...server.live, slug: server.slug }))
  if (server.latest && server.latest.id !== server.live?.id)
    line(
      'latest',
      `${server.latest.shortId}, ${server.latest.status}, ${ago(server.latest.createdAt)}`,
    )
  if (server.isBehind)
    line('changed', `since it went live: moorage deployments create ${server.slug}`)
  if (server.restarts > 0) line('restarts', String(server.restarts))
  line('dashboard', `${platform.url}/servers/${server.slug}`)
}
