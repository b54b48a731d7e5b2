import { connect } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabaseUrl, testRedisUrl } from './services.ts'

test('gives each caller a database of its own, with the schema applied', async () => {
  const [first, second] = await Promise.all([testDatabaseUrl(), testDatabaseUrl()])
  expect(first).not.toBe(second)
  await query(first, `INSERT INTO "Team" (id, slug, name) VALUES ('team_1', 'one', 'One')`)
  expect(await query(second, 'SELECT id FROM "Team"')).toEqual([])
})

test('names a Redis that answers', async () => {
  const { hostname, port } = new URL(testRedisUrl())
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('PING\r\n'))
    socket.on('error', reject)
    socket.once('data', (data) => resolve(data.toString()))
    socket.once('data', () => socket.end())
  })
  expect(answer).toBe('+PONG\r\n')
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
