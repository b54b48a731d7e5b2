import { expect, test } from 'vitest'
import { repositoryName } from './repository-name.ts'

const at = (url: string) => repositoryName('https://github.com', url)

test('owner and name are read of an https address at this GitHub alone', () => {
  expect(at('https://github.com/acme/weather.git')).toEqual({ owner: 'acme', name: 'weather' })
  expect(at('https://github.com/acme/we.a-ther/')).toEqual({ owner: 'acme', name: 'we.a-ther' })
  for (const other of [
    'https://github.com.evil.example/acme/weather.git',
    'https://evil.example/acme/weather.git',
    'http://github.com/acme/weather.git',
    'https://github.com:8443/acme/weather.git',
    'git@github.com:acme/weather.git',
    'https://github.com/acme/weather/../../other.git/x',
    'https://github.com/acme/...git',
    'https://github.com/acme',
  ])
    expect([other, at(other)]).toEqual([other, null])
})
