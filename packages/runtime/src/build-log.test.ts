import { expect, test } from 'vitest'
import { cappedLog, lineSplitter } from './build-log.ts'

function collected(maxBytes: number) {
  const lines: string[] = []
  return { lines, log: cappedLog((line) => lines.push(line), maxBytes) }
}

test('hands on every line while the log is small', () => {
  const { lines, log } = collected(100)
  for (const text of ['one', 'two']) log.line(text)
  log.end()
  expect(lines).toEqual(['one', 'two'])
})

test('past the cap keeps the last lines only, says what it left out, and ends once', () => {
  const { lines, log } = collected(10)
  log.line('first')
  for (let i = 0; i < 100; i++) log.line(`line ${i}`)
  expect(lines).toHaveLength(2)
  log.end()
  log.end()
  expect(lines[0]).toBe('first')
  expect(lines[1]).toContain('log cut here')
  expect(lines[2]).toBe('[50 lines left out]')
  expect(lines.slice(3)).toEqual(Array.from({ length: 50 }, (_, i) => `line ${50 + i}`))
})

test('shortens a line without an end, in the log and in memory', () => {
  const { lines, log } = collected(100_000)
  log.line('x'.repeat(50_000))
  expect(lines[0]?.length).toBeLessThan(9_000)
  const cut: string[] = []
  const splitter = lineSplitter((line) => cut.push(line))
  for (let i = 0; i < 100; i++) splitter.write('y'.repeat(1_000))
  splitter.end()
  expect(cut.join('')).toHaveLength(100_000)
  expect(Math.max(...cut.map((line) => line.length))).toBeLessThan(20_000)
})

test('puts lines together that came in pieces, and keeps the last state of a progress bar', () => {
  const lines: string[] = []
  const splitter = lineSplitter((line) => lines.push(line))
  for (const piece of ['ab', 'c\nd', '\r\n10%\r50%\r', '100%\nrest']) splitter.write(piece)
  splitter.end()
  expect(lines).toEqual(['abc', 'd', '100%', 'rest'])
})
