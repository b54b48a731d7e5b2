import { expect, test } from 'vitest'
import { newRequestId } from './request-id.ts'

test('ids of requests look as any id does, and none comes twice', () => {
  const ids = Array.from({ length: 100_000 }, newRequestId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) if (!/^req_[0-9a-hj-np-tv-z]{16}$/.test(id)) expect.fail(id)
})
