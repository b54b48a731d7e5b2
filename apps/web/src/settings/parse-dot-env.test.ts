import { expect, test } from 'vitest'
import { parseDotEnv } from './parse-dot-env.ts'

test('reads what people paste: comments, export, spaces, empty values', () => {
  const { vars, faults } = parseDotEnv(
    '# keys\r\nexport API_KEY = abc=def \nEMPTY=\nURL=https://x.example/#part # the service\n\n',
  )
  expect(vars).toEqual({ API_KEY: 'abc=def', EMPTY: '', URL: 'https://x.example/#part' })
  expect(faults).toEqual([])
})

test('quotes keep hashes, spaces and line breaks', () => {
  const { vars } = parseDotEnv(
    'A="x # y"\nB=\'raw \\n\'\nC="one\\ntwo \\"q\\""\nPEM="-----BEGIN\nabc\n-----END"\nD=after',
  )
  expect(vars).toEqual({
    A: 'x # y',
    B: 'raw \\n',
    C: 'one\ntwo "q"',
    PEM: '-----BEGIN\nabc\n-----END',
    D: 'after',
  })
})

test('says which lines are no variables, and keeps the others', () => {
  const { vars, faults } = parseDotEnv('GOOD=1\nnot a variable\n2BAD=x')
  expect(vars).toEqual({ GOOD: '1' })
  expect(faults).toEqual([
    { line: 2, text: 'not a variable' },
    { line: 3, text: '2BAD=x' },
  ])
})

test('an opening quote that is never closed is part of the value, and swallows nothing', () => {
  expect(parseDotEnv('A="open\nB=2').vars).toEqual({ A: '"open', B: '2' })
})
