import type { DeploymentView } from '@moorage/deployments/views'
import { expect, test } from 'vitest'
import { withNewest } from './with-newest.ts'

const row = (id: string, status: DeploymentView['status']): DeploymentView => ({
  id,
  shortId: id,
  status,
  trigger: 'push',
  ref: null,
  commitSha: null,
  commitMessage: null,
  sourceId: null,
  preview: null,
  createdAt: new Date(0),
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  steps: [],
  failure: null,
  imageSizeBytes: null,
  plan: null,
  handshake: null,
  toolChanges: null,
  awaitsApproval: false,
  env: null,
  keepsEnv: false,
  pinned: false,
  canRollback: false,
})
const read = (rows: DeploymentView[]) => rows.map(({ id, status }) => `${id} ${status}`)

test('a deployment that began after the page was made stands first', () => {
  const rows = withNewest([row('a', 'live')], {
    live: row('a', 'live'),
    latest: row('b', 'queued'),
  })
  expect(read(rows)).toEqual(['b queued', 'a live'])
})

test('at most one deployment of a list is live, however old the list is', () => {
  const rows = withNewest([row('b', 'starting'), row('a', 'live')], {
    live: row('b', 'live'),
    latest: row('b', 'live'),
  })
  expect(read(rows)).toEqual(['b live', 'a retired'])
})
