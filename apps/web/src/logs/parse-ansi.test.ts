import { expect, test } from 'vitest'
import { parseAnsi } from './parse-ansi.ts'

const text = (line: string) =>
  parseAnsi(line)
    .map((part) => part.text)
    .join('')

test('colours become parts, and no escape sequence is left in the text', () => {
  expect(parseAnsi('a \u001b[1;32mok\u001b[0m b')).toEqual([
    { text: 'a ', color: null, bold: false, dim: false },
    { text: 'ok', color: 'var(--ansi-green)', bold: true, dim: false },
    { text: ' b', color: null, bold: false, dim: false },
  ])
})

test('cursor movements, erasures and window titles leave no trace', () => {
  expect(text('\u001b]0;title\u0007\u001b[2K\u001b[1Gdone \u001b[?25h\u001b[31mred\u001b[0m')).toBe(
    'done red',
  )
})

test('exact colours and the 256 of xterm are shown as they are', () => {
  const colors = parseAnsi('\u001b[38;2;1;2;3mx\u001b[38;5;196my\u001b[38;5;244mz\u001b[38;5;2mg')
  expect(colors.map((part) => part.color)).toEqual([
    'rgb(1, 2, 3)',
    'rgb(255, 0, 0)',
    'rgb(128, 128, 128)',
    'var(--ansi-green)',
  ])
})

test('markup in a log stays text', () => {
  expect(parseAnsi('<script>alert(1)</script>')[0]?.text).toBe('<script>alert(1)</script>')
  expect(text('\u001b[31m<b>&amp;\u001b[0m')).toBe('<b>&amp;')
})
