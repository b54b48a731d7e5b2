import { styleText } from 'node:util'
import type { Log } from './log.ts'
import type { Ready } from './ready-file.ts'

type Facts = {
  ready: Ready
  /** Good once, while nobody has signed up. */
  setupUrl: string | null
  runtime: string | null
  root: string
}

/** Where everything is, and what to paste where. */
export function printSummary(log: Log, facts: Facts): void {
  const { ready } = facts
  const title = (text: string) => styleText('bold', text)
  const row = (name: string, value: string) => `  ${name.padEnd(12)}${value}`
  const link = (url: string) => styleText('cyan', url)
  const lines = [
    '',
    title('Moorage is ready'),
    '',
    facts.setupUrl
      ? row('Set up', `${link(facts.setupUrl)}  (works once)`)
      : row('Dashboard', link(ready.dashboardUrl)),
    row('Router', link(ready.routerUrl)),
    row('Git', link(ready.gitUrl)),
    row('Runtime', runtimeText(facts.runtime)),
    ...ready.servers.flatMap((server) => serverLines(server, { title, row, link })),
    '',
    title('Deploy your own'),
    `  in its repository:  git push ${credentialed(ready)}/my-server.git HEAD:main`,
    `  the password is the admin key, ${ready.adminApiKey}`,
    '  or give the dashboard the https URL of a repository',
    '',
    styleText('dim', 'Ctrl-C stops everything. The logs follow.'),
    '',
  ]
  log.say(lines.join('\n'))
}

function serverLines(
  server: Ready['servers'][number],
  paint: Record<'title' | 'link', (text: string) => string> & {
    row: (name: string, value: string) => string
  },
): string[] {
  const header = `Authorization: Bearer ${server.key}`
  const client = {
    mcpServers: {
      [server.slug]: {
        type: 'http',
        url: server.url,
        headers: { Authorization: `Bearer ${server.key}` },
      },
    },
  }
  const snippet = JSON.stringify(client, null, 2).split('\n')
  return [
    '',
    paint.title(`The server "${server.slug}"`),
    paint.row('URL', paint.link(server.url)),
    paint.row('Key', server.key),
    '',
    '  For an MCP client:',
    ...snippet.map((line) => `    ${line}`),
    '',
    '  For Claude Code:',
    `    claude mcp add --transport http ${server.slug} ${server.url} --header "${header}"`,
  ]
}

function credentialed(ready: Ready): string {
  const url = new URL(ready.gitUrl)
  url.username = 'moorage'
  return url.href.replace(/\/$/, '')
}

function runtimeText(runtime: string | null): string {
  if (runtime !== 'process') return runtime ?? 'starting'
  return `process ${styleText('yellow', '(no isolation, development only)')}`
}
