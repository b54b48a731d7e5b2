import { expect, test } from 'vitest'
import { listen } from './fixtures/listen.ts'
import { guardFetch } from './guarded-fetch.ts'

test('speaks to one origin only, whatever it is asked to fetch', async () => {
  let visits = 0
  await using other = await listen((_, response) => {
    visits += 1
    response.end()
  })
  const { fetch } = guardFetch({
    origin: 'http://127.0.0.1:1',
    headers: {},
    maxBytes: 1000,
    signal: new AbortController().signal,
  })
  await expect(fetch(other.url)).rejects.toThrow('another origin')
  expect(visits).toBe(0)
})
