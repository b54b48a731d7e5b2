import { expect, test } from 'vitest'
import { readOpenapi } from './read-openapi.ts'

const yaml = `
openapi: 3.1.0
info: { title: Pets }
servers: [{ url: /v1 }, { url: "https://pets.example.com/v1" }]
paths:
  /pets:
    parameters: []
    get: { operationId: listPets, summary: All pets }
    post: { description: One more }
`

test('operations are named by their id, or else by method and path', () => {
  expect(readOpenapi(yaml)).toEqual({
    title: 'Pets',
    server: 'https://pets.example.com/v1',
    operations: [
      { key: 'listPets', method: 'GET', path: '/pets', summary: 'All pets' },
      { key: 'POST /pets', method: 'POST', path: '/pets', summary: 'One more' },
    ],
  })
})

test('JSON is read too, and what has no absolute server says so', () => {
  const text = JSON.stringify({ openapi: '3.0.3', paths: { '/a': { get: {} } } })
  expect(readOpenapi(text)).toMatchObject({ server: null, operations: [{ key: 'GET /a' }] })
})

test.each(['', '{', 'swagger: "2.0"\npaths: {}', '[1]', 'openapi: 3.0.0'])(
  'what is no OpenAPI 3 document is none: %j',
  (text) => {
    expect(readOpenapi(text)).toBeNull()
  },
)
