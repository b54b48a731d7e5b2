import { expect, test } from 'vitest'
import { checkRef, checkRootDir, parseRepoUrl } from './repo-url.ts'

const policy = { trustedHosts: ['127.0.0.1:3000'] }
const url = (text: string) => parseRepoUrl(text, policy)

test('takes https and ssh URLs, and the scp form', () => {
  expect(url('https://example.com/a/b.git').protocol).toBe('https')
  expect(url('git@example.com:a/b.git').url).toBe('ssh://git@example.com/a/b.git')
  expect(url('ssh://git@example.com:2222/a/b').port).toBe(2222)
})

test.each([
  '--upload-pack=touch /tmp/x',
  '-ccore.sshCommand=id',
  'file:///etc',
  '/etc',
  'ext::sh -c id',
  'git://example.com/a',
  'http://example.com/a',
  'https://user:pass@example.com/a',
  'https://token@example.com/a',
  'ssh://-oProxyCommand=id/a',
  'ssh://-oProxyCommand=id@example.com/a',
  'https://example.com',
  'https://example.com/a b',
  'https://example.com/a\nb',
  'https://example.com/a;id#x',
  'x',
  '',
])('refuses %j', (text) => {
  expect(() => url(text)).toThrow(expect.objectContaining({ code: 'bad_input' }))
})

test('takes plain http only from a host that the operator trusts', () => {
  expect(url('http://127.0.0.1:3000/a.git').protocol).toBe('http')
  expect(() => url('http://127.0.0.1:3001/a.git')).toThrow()
})

test.each(['-x', 'a..b', 'a b', 'a~1', 'a.lock', '/a', 'a/', '@{1}', 'a\nb', ''])(
  'refuses the ref %j',
  (ref) => {
    expect(() => checkRef(ref)).toThrow()
  },
)

test('keeps root directories inside the repository', () => {
  expect(checkRootDir('./a//b/')).toBe('a/b')
  expect(checkRootDir('.')).toBe('.')
  for (const bad of ['..', 'a/../../b', '/etc', 'a\\b']) expect(() => checkRootDir(bad)).toThrow()
})
