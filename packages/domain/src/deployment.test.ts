import { expect, test } from 'vitest'
import {
  deploymentStatuses,
  deploymentSteps,
  isActive,
  isTerminal,
  statusDuring,
  statusesBefore,
} from './deployment.ts'

test('no state is reached from a terminal one', () => {
  for (const to of deploymentStatuses)
    for (const from of statusesBefore(to)) expect(isTerminal(from)).toBe(false)
})

test('only a live deployment retires, and only a starting one goes live', () => {
  expect(statusesBefore('retired')).toEqual(['live'])
  expect(statusesBefore('live')).toEqual(['starting'])
})

test('every step before the last runs while the deployment is active', () => {
  for (const step of deploymentSteps) expect(isActive(statusDuring(step))).toBe(step !== 'drain')
})
