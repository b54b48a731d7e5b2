import { expect, test } from 'vitest'
import { compareChecks } from './compare-checks.ts'

const check = (id: string, status: 'SUCCESS' | 'FAILURE', errorMessage?: string) => ({
  ...{ scenario: 'ping', id, status },
  ...(errorMessage ? { errorMessage } : {}),
})

test('the same checks in another order do not differ', () => {
  const some = [check('a', 'SUCCESS'), check('b', 'FAILURE'), check('a', 'FAILURE')]
  expect(compareChecks(some, [...some].reverse())).toEqual([])
})

test('names a check that failed, one that is gone and one that came twice', () => {
  const direct = [check('a', 'SUCCESS'), check('b', 'SUCCESS'), check('c', 'SUCCESS')]
  const through = [check('a', 'FAILURE', 'no'), check('c', 'SUCCESS'), check('c', 'SUCCESS')]
  const scenario = 'ping'
  expect(compareChecks(direct, through)).toEqual([
    { scenario, id: 'a', direct: ['SUCCESS'], through: ['FAILURE'], message: 'no' },
    { scenario, id: 'b', direct: ['SUCCESS'], through: [], message: undefined },
    { scenario, id: 'c', direct: ['SUCCESS'], through: ['SUCCESS', 'SUCCESS'], message: undefined },
  ])
})
