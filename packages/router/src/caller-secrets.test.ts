import { randomBytes } from 'node:crypto'
import { sealCallerSecret } from '@moorage/access/caller-secret'
import { openPolicy } from '@moorage/domain/policy'
import { readRouting } from '@moorage/domain/routing'
import { expect, test } from 'vitest'
import type { Principal } from './authenticate.ts'
import { createCallerSecrets } from './caller-secrets.ts'
import { createTable, type InstanceEntry, type PersonEntry, secretKey } from './table.ts'

const encryptionKey = randomBytes(32)
const callerSecrets = [{ name: 'token', header: 'X-Token' }]

const instance = (id: string, more: Partial<InstanceEntry>): InstanceEntry => ({
  ...{ id, serverId: 'srv', origin: 'http://127.0.0.1:1', hostHeader: '127.0.0.1:1' },
  ...{ remote: null, restarts: 0, current: true, sleeping: false },
  ...more,
})

test('what a caller hands over goes to the instance elsewhere that is routed, and to none that was', () => {
  const table = createTable()
  const remote = { path: '/mcp', headers: [] }
  const routed = instance('ins_1', { remote })
  const former = instance('ins_2', { remote, current: false })
  const drained = instance('ins_3', { current: false })
  table.putServers(
    [
      {
        ...{ id: 'srv', serverId: 'srv', teamId: 'team', slug: 'x', access: 'private' },
        ...{ policy: openPolicy, callerSecrets, mcpPath: '/mcp', isLegacySse: false },
        ...{ reopenSessions: true, routing: readRouting({}), hostnames: [], version: 1n },
        instances: [routed, former, drained],
      },
    ],
    [],
  )
  const sealed = sealCallerSecret(
    encryptionKey,
    { userId: 'usr', serverId: 'srv', name: 'token' },
    'mine',
  )
  const person: PersonEntry = {
    ...{ id: 'usr', name: 'Ann', email: 'ann@example.com', sinceMs: 0 },
    ...{ memberships: new Map(), grants: new Set() },
    secrets: new Map([[secretKey('srv', 'token'), sealed]]),
  }
  const token = {
    ...{ userId: 'usr', audience: '', clientId: 'client', issuedMs: 0, untilMs: 0 },
    ...{ mayCall: true, mayCallGuarded: false },
  }
  const principal: Principal = { kind: 'person', id: 'usr', name: 'Ann', person, token }
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const secrets = createCallerSecrets({ encryptionKey, table, logger })
  const headers = [routed, former, drained].map((one) => secrets.headersFor(principal, one))
  expect(headers).toEqual([['X-Token', 'mine'], [], ['X-Token', 'mine']])
})
