import { expect, test } from 'vitest'
import { isSameRepository } from './same-repository.ts'

test('one repository is the same by https, by ssh, and with or without .git', () => {
  const all = [
    'https://github.com/acme/Weather',
    'https://github.com/acme/weather.git',
    'ssh://git@github.com:22/acme/weather.git',
    'git@github.com:acme/weather.git',
    'https://GitHub.com/acme/weather/',
  ]
  for (const one of all) for (const other of all) expect(isSameRepository(one, other)).toBe(true)
})

test('another path or host is another repository, and nonsense is none', () => {
  const one = 'https://github.com/acme/weather.git'
  for (const other of [
    'https://github.com/acme/weather2.git',
    'https://github.com/eve/weather.git',
    'https://github.com.evil.example/acme/weather.git',
    'nonsense',
    '',
  ])
    expect(isSameRepository(one, other), other).toBe(false)
  expect(isSameRepository('nonsense', 'nonsense')).toBe(false)
})
