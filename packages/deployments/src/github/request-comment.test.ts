import { expect, test } from 'vitest'
import { requestComment } from './request-comment.ts'

const preview = { server: 'weather', url: 'https://mcp.example.com/weather--x/mcp' }
const facts = { text: 'Is live.', page: 'https://moorage.example.com/d', commitSha: 'a'.repeat(40) }

test('says where the preview is and which tools are added, removed and changed', () => {
  const changed = [{ name: 'c', fields: ['description'] }]
  const tools = { added: ['a'], removed: ['b'], changed }
  expect(requestComment('team_1', [{ ...preview, ...facts, tools }])).toBe(`<!-- moorage team_1 -->

### Moorage: \`weather\`

[\`Is live.\`](https://moorage.example.com/d) (aaaaaaa)

Preview: https://mcp.example.com/weather--x/mcp

- Tools added: \`a\`
- Tools removed: \`b\`
- Tools changed: \`c\` (description)`)
})

test('a tool’s name is no mark-up, calls nobody and does not fill the page', () => {
  const added = [
    '`@all` --> <img src=x>\n# big',
    ...Array.from({ length: 300 }, (_, at) => `t${at}`),
  ]
  const tools = { added, removed: [], changed: [] }
  const text = requestComment('team_1', [{ ...preview, ...facts, tools }])
  expect(text).toContain('` @all  --> <img src=x> # big`')
  expect(text).toContain('and 281 more')
  expect(text.length).toBeLessThan(1000)
})
