import { expect, test } from 'vitest'
import { splitCommand } from './split-command.ts'

test.each([
  ['node dist/index.js', ['node', 'dist/index.js']],
  [`python  -c 'print(1); x' "a b"`, ['python', '-c', 'print(1); x', 'a b']],
  ['a\\ b ""', ['a b', '']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the platform's own placeholder
  ['serve --port ${PORT}', ['serve', '--port', '${PORT}']],
])('splits %j', (line, words) => {
  expect(splitCommand(line)).toEqual(words)
})

test.each(['a && b', 'a; b', 'a | b', 'a > b', 'echo $HOME', 'echo `id`', 'a "open', '$(id)'])(
  'refuses %j, which only a shell could run',
  (line) => {
    expect(splitCommand(line)).toBeNull()
  },
)
