import type { Db, Prisma } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { failedDeployment, liveDeployment, step } from './seed-deployments.ts'
import { seedLogs } from './seed-logs.ts'
import { sha } from './sha.ts'

const minute = 60_000
export const ago = (minutes: number) => new Date(Date.now() - minutes * minute)

/** Servers in every state that the dashboard knows, with histories, logs and requests. */
export async function seedServers(db: Db, teamId: string): Promise<void> {
  const weather = await server(db, teamId, 'weather', { repoUrl: repo('weather-mcp') })
  for (const [index, message] of ['Add forecasts', 'Cache stations', 'First version'].entries())
    await db.deployment.create({
      data: liveDeployment(weather, ago(1500 + index * 900), { message, status: 'retired' }),
    })
  await db.deployment.create({ data: failedDeployment(weather, ago(300)) })
  await goLive(db, weather, ago(42), 'docker', 'ready', 'Answer in the units that were asked for')
  await seedLogs(db, weather)

  const ledger = await server(db, teamId, 'ledger-reconciliation-bridge-production', {
    name: 'Ledger reconciliation bridge for the whole accounting department, production',
    repoUrl: repo('a-rather-long-repository-name-for-the-ledger-reconciliation-bridge'),
    branch: 'release/2026-quarter-four-hardening',
    rootDir: 'services/bridges/ledger/reconciliation',
  })
  await goLive(db, ledger, ago(4000), 'process', 'ready', 'Bump dependencies '.repeat(9).trim())

  const notes = await server(db, teamId, 'notes-search', { repoUrl: repo('notes-search') })
  await goLive(db, notes, ago(2200), 'docker', 'ready', 'Search in titles, too')
  await db.deployment.create({
    data: {
      id: newId('dep'),
      serverId: notes,
      status: 'building',
      trigger: 'push',
      ref: 'main',
      commitSha: sha(),
      commitMessage: 'Rank by recency',
      createdAt: ago(0.4),
      startedAt: ago(0.38),
      steps: {
        create: [
          step('fetch', ago(0.38), 1200),
          step('plan', ago(0.35), 40),
          step('build', ago(0.34), null),
        ],
      },
    },
  })

  const pdf = await server(db, teamId, 'pdf-tools', { repoUrl: repo('pdf-tools') })
  await db.deployment.create({ data: failedDeployment(pdf, ago(12)) })

  const crm = await server(db, teamId, 'crm', { access: 'public' })
  await goLive(db, crm, ago(90), 'docker', 'crashed', 'Read contacts lazily')

  const night = await server(db, teamId, 'night-shift', { repoUrl: repo('night-shift') })
  await goLive(db, night, ago(600), 'docker', 'paused', 'Count sheep in parallel')

  await server(db, teamId, 'fresh-from-ssh', {
    repoUrl: 'ssh://git@git.example.com/acme/fresh.git',
    deployKey: 'sealed',
    deployKeyPublic:
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8nVqZcB1rT0nN7Q3mP5uEo2yKfG6hXwLdSvAaRtBcD moorage-fresh-from-ssh',
  })
  await server(db, teamId, 'push-me', {})
}

export async function server(
  db: Db,
  teamId: string,
  slug: string,
  more: Partial<Prisma.ServerUncheckedCreateInput>,
): Promise<string> {
  const id = newId('srv')
  await db.server.create({ data: { id, teamId, slug, name: slug, ...more } })
  return id
}

export async function goLive(
  db: Db,
  serverId: string,
  at: Date,
  runtime: 'docker' | 'process',
  state: 'ready' | 'crashed' | 'paused',
  message: string,
): Promise<string> {
  const data = liveDeployment(serverId, at, { message, status: 'live' })
  await db.deployment.create({ data })
  await db.instance.create({
    data: {
      id: newId('ins'),
      deploymentId: data.id,
      serverId,
      runtime,
      state,
      restarts: state === 'crashed' ? 5 : 0,
    },
  })
  await db.route.create({ data: { serverId, deploymentId: data.id, version: 1n } })
  return data.id
}

const repo = (name: string) => `https://git.example.com/acme/${name}.git`
