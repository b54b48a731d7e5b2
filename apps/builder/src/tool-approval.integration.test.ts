import { approveDeployment } from '@moorage/deployments/tool-approval'
import { updateServer } from '@moorage/deployments/update-server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { actor, type BuilderFixture, startFixture, version } from './pipeline-fixture.ts'

let fixture: BuilderFixture

beforeAll(async () => {
  fixture = await startFixture({ runtime: 'process', redis: false })
  await fixture.startBuilder()
})
afterAll(async () => {
  await fixture.endBuilder('SIGTERM')
  await fixture.close()
})

/** The tiny server with its one tool under another name. */
function renamed(text: string): Record<string, string> {
  const { 'server.js': file = '' } = version(text)
  return { 'server.js': file.replaceAll("name: 'version'", "name: 'release'") }
}

test('a version that takes a tool away waits with all done, and is live when somebody agrees', async () => {
  const { deps, team } = fixture
  const server = await fixture.newServer()
  const change = { pushing: { approveTools: true } }
  const target = { teamId: team.id, serverId: server.id }
  await updateServer({ ...deps, repoUrlPolicy: { trustedHosts: [] } }, { ...target, change }, actor)
  const first = await fixture.push(server, version('1'))
  expect((await fixture.settled(first.id)).status).toBe('live')

  const second = await fixture.push(server, renamed('2'))
  await vi.waitFor(
    async () => {
      const row = await fixture.read(second.id)
      if (!row.approvalAskedAt) throw new Error(`${row.status}\n${fixture.output().slice(-500)}`)
    },
    { timeout: 60_000, interval: 100 },
  )
  expect(await fixture.read(second.id)).toMatchObject({
    status: 'starting',
    toolChanges: { added: ['release'], removed: ['version'], changed: [] },
  })
  expect((await fixture.read(first.id)).status).toBe('live')

  await approveDeployment(deps, { teamId: team.id, deploymentId: second.id }, actor)
  expect((await fixture.settled(second.id)).status).toBe('live')
  await expect(
    approveDeployment(deps, { teamId: team.id, deploymentId: second.id }, actor),
  ).rejects.toMatchObject({ code: 'conflict' })
})
