import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createInspection,
  finishInspection,
  inspectionView,
  readInspection,
  tendInspections,
} from './inspection.ts'
import { startDeps, type TestDeps } from './testing/start-deps.ts'

const actor = { id: 'usr_1', name: 'Ada' }
const repoUrl = 'https://example.com/a/b.git'
let deps: TestDeps
let teamId: string

beforeAll(async () => {
  deps = await startDeps()
  teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
})
afterAll(() => deps.close())

test('a repository that needs a key is refused with a word on what to do', async () => {
  const input = { teamId, repoUrl: 'git@example.com:a/b.git' }
  await expect(createInspection(deps, input, actor)).rejects.toMatchObject({
    code: 'bad_input',
    hint: expect.stringContaining('Create the server first'),
  })
})

test('only the team sees it, and the first end counts', async () => {
  const row = await createInspection(deps, { teamId, repoUrl, branch: 'dev' }, actor)
  expect(inspectionView(row)).toMatchObject({ status: 'queued', branch: 'dev', result: null })
  const other = { teamId: newId('team'), inspectionId: row.id }
  await expect(readInspection(deps, other)).rejects.toMatchObject({ code: 'not_found' })
  await finishInspection(deps, row, { failure: { message: 'No', hint: null } })
  await finishInspection(deps, row, { result: { commitSha: 'a', branch: 'dev', servers: [] } })
  const seen = await readInspection(deps, { teamId, inspectionId: row.id })
  expect(seen).toMatchObject({ status: 'failed', failure: { message: 'No' }, result: null })
})

test('a team has five open at most; those of yesterday go', async () => {
  const rows = []
  for (let n = 0; n < 5; n++) rows.push(await createInspection(deps, { teamId, repoUrl }, actor))
  await expect(createInspection(deps, { teamId, repoUrl }, actor)).rejects.toMatchObject({
    code: 'rate_limited',
  })
  const [old, ...open] = rows.map(({ id }) => id)
  const yesterday = new Date(Date.now() - 25 * 3600_000)
  await deps.db.inspection.update({ where: { id: old ?? '' }, data: { createdAt: yesterday } })
  expect(await tendInspections(deps)).toEqual(open)
  expect(await deps.db.inspection.count({ where: { id: old ?? '' } })).toBe(0)
})
