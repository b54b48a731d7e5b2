import { expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { withVersion } from './newest-version.ts'
import { sourceTreeFrom } from './source-tree.ts'

const planOf = (start: string[], at?: string) =>
  planBuild(sourceTreeFrom({ 'moorage.json': JSON.stringify({ start }) }), {
    ...(at && { askedAt: new Date(at) }),
  })
const installsOf = (start: string[], at?: string) => planOf(start, at).install.run
const [monday, tuesday] = ['2026-11-23T08:00:00Z', '2026-11-24T08:00:00Z']

test.each([
  ['npx', '-y', 'notes'],
  ['npx', '-y', 'notes@latest'],
  ['npx', '-y', '@scope/notes@^1.2.3'],
  ['npx', '-p', 'one@1.2.3', '-p', 'two', 'notes'],
  ['uvx', 'notes'],
  ['uvx', '--with', 'other', 'notes@1.2.3'],
  ['uvx', '--from', 'notes>=1,<2', 'notes'],
  ['uvx', '--from', 'git+https://example.com/notes@main', 'notes'],
])('no cached layer stands for the newest version: %j %j %j', (...start) => {
  expect(installsOf(start, monday)).not.toEqual(installsOf(start, tuesday))
  expect(installsOf(start)).toEqual(installsOf(start))
})

test.each([
  ['npx', '-y', 'notes@1.2.3'],
  ['npx', '-y', '@scope/notes@1.2.3-beta.1'],
  ['uvx', 'notes@1.2.3'],
  ['uvx', '--from', 'notes==1.2', 'notes'],
])('an exact version is installed once: %j %j %j', (...start) => {
  expect(installsOf(start, monday)).toEqual(installsOf(start, tuesday))
})

test('the plan says which version the build took, by its first word about it', () => {
  const plan = planOf(['npx', '-y', '@scope/notes'], monday)
  const built = withVersion(
    withVersion(plan, '#7 0.3 Installed @scope/notes@1.2.3'),
    'Installed x@2',
  )
  expect(built.reasons.at(-1)).toMatchObject({ choice: 'Version', value: '@scope/notes@1.2.3' })
  expect(withVersion(plan, 'added 12 packages in 3s')).toBe(plan)
  const pinned = planOf(['npx', '-y', 'notes@1.2.3'], monday)
  expect(withVersion(pinned, 'Installed notes@1.2.3')).toBe(pinned)
})
