import { tryFeatures } from './bridge/features.ts'
import { measure } from './bridge/measure.ts'
import { type Name, names } from './bridge/subjects.ts'
import { median } from './statistics.ts'

const rounds = 3

/**
 * The stdio bridge against supergateway and mcp-proxy of npm: the same server, machine and run, in
 * turn. Calls of a small tool each second, with one session and with eight; memory; and what each of
 * them can do, found by trying. The goals: no slower, no more memory a session, no feature missing.
 */
export async function bench() {
  const measured: Record<Name, Awaited<ReturnType<typeof measure>>[]> = {
    moorage: [],
    supergateway: [],
    'mcp-proxy': [],
  }
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const one = await measure(name)
      console.error(
        `  ${name}: ${JSON.stringify(one, (_key, value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value))}`,
      )
      measured[name].push(one)
    }
  const features: Partial<Record<Name, Record<string, boolean>>> = {}
  await Promise.all(
    names.map(async (name) => {
      features[name] = await tryFeatures(name)
    }),
  )
  console.error(table(features))
  const results = names.map((name) => ({
    name,
    ...medians(measured[name]),
    features: features[name],
  }))
  return {
    goal: { callsPerSecond: 'no fewer', memory: 'no more a session', features: 'all' },
    note: 'mcp-proxy runs one child for all sessions: what it saves in memory its sessions share.',
    results,
  }
}

function medians(turns: readonly Record<string, number>[]): Record<string, number> {
  const keys = Object.keys(turns[0] ?? {})
  return Object.fromEntries(
    keys.map((key) => [key, median(turns.map((turn) => turn[key] ?? Number.NaN))]),
  )
}

function table(features: Partial<Record<Name, Record<string, boolean>>>): string {
  const rows = Object.keys(features.moorage ?? {}).map((feature) =>
    [
      feature.padEnd(36),
      ...names.map((name) => (features[name]?.[feature] ? 'yes' : 'no').padEnd(14)),
    ].join(''),
  )
  return [''.padEnd(36) + names.map((name) => name.padEnd(14)).join(''), ...rows].join('\n')
}
