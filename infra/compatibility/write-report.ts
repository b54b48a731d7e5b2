import { writeFileSync } from 'node:fs'
import type { Result } from './results.ts'
import type { Subject } from './subject.ts'

const file = new URL('../../docs/compatibility.md', import.meta.url)

/** docs/compatibility.md: what became of each server of the list, with every fault. */
export function writeReport(subjects: Subject[], results: Result[]): void {
  const rows = subjects
    .map((subject) => ({ subject, tried: results.filter(({ name }) => name === subject.name) }))
    .filter(({ tried }) => tried.length > 0)
  const working = rows.filter(({ tried }) => tried.every(({ fault }) => fault === null))
  const lines = [
    '# Servers that were tried',
    '',
    'Public MCP servers that nobody of this project wrote, deployed on a whole platform and called',
    'through the router with the official TypeScript client, once for each protocol era. This page is',
    'written by `npm run compatibility -- --public`, which anyone can run again; the list is',
    '`infra/compatibility/public-servers.json`. Names and versions are as published; keys and addresses',
    'that a server asks for are placeholders, so a call that needs a service behind it was not made.',
    'Times are from the first step to live, with nothing cached, on a busy machine of two cores.',
    'Repositories are at the commit that is named; a machine that reaches no forge takes them from bare',
    'copies (`--mirror DIR`). `--list FILE` tries servers of one’s own, in the same form.',
    '',
    `${working.length} of ${rows.length} work on every runtime that they were tried on.`,
    '',
    '| server | what it is | docker | process | revisions | tools | called |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(({ subject, tried }) => row(subject, tried)),
    '',
    '## Faults',
    '',
    ...rows.flatMap(({ subject, tried }) => faults(subject, tried)),
  ]
  writeFileSync(file, `${lines.join('\n').trimEnd()}\n`)
}

function row(subject: Subject, tried: Result[]): string {
  const on = (runtime: string) => outcome(tried.find((result) => result.runtime === runtime))
  const good = tried.find(({ fault }) => fault === null)
  const call = subject.call ? `\`${subject.call.tool}\`` : 'tools/list'
  const cells = [
    `${subject.name}${version(subject)}`,
    subject.kind,
    on('docker'),
    on('process'),
    good?.revisions?.join(', ') ?? '',
    good?.tools ?? '',
    call,
  ]
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
}

function version({ source, settings }: Subject): string {
  if (source === undefined)
    return `: \`${settings.start?.join(' ') ?? settings.image ?? settings.remote?.url ?? ''}\``
  if ('repository' in source) return `: ${source.repository} at ${source.commit.slice(0, 10)}`
  return `: ${Object.values(source).join('')}`
}

function outcome(result: Result | undefined): string {
  if (result === undefined) return 'not tried'
  if (result.fault !== null) return result.liveMs === null ? 'not live' : 'live, call failed'
  return `live in ${((result.liveMs ?? 0) / 1000).toFixed(1)} s`
}

function faults({ name, needs }: Subject, tried: Result[]): string[] {
  return tried.flatMap(({ runtime, fault }) =>
    fault === null
      ? []
      : [
          `### ${name}, ${runtime}`,
          '',
          ...(needs ? [`Why: ${needs}`, ''] : []),
          '```',
          fault,
          '```',
          '',
        ],
  )
}
