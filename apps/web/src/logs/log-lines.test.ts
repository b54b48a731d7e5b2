import { expect, test } from 'vitest'
import { appendLines, maxLines } from './log-lines.ts'

const line = (id: number) => ({ id: String(id) })

test('a line that a stream sends twice is shown once', () => {
  const lines = [line(8), line(9)]
  expect(appendLines(lines, [line(9), line(10)]).map(({ id }) => id)).toEqual(['8', '9', '10'])
  expect(appendLines(lines, [line(9)])).toBe(lines)
})

test('ids are compared as numbers, however long they are', () => {
  const next = appendLines([line(9)], [{ id: '90071992547409930' }, { id: '90071992547409931' }])
  expect(next).toHaveLength(3)
})

test('an open page keeps a bounded number of lines, the newest', () => {
  const full = Array.from({ length: maxLines }, (_, index) => line(index + 1))
  const next = appendLines(full, [line(maxLines + 1)])
  expect(next).toHaveLength(maxLines)
  expect(next[0]?.id).toBe('2')
})
