import { expect, test } from 'vitest'
import { makeBaseImage } from './make-base-image.ts'

const script = (text: string) => [process.execPath, '-e', text]

test('takes the name out of the answer, and the log from the standard error', async () => {
  const lines: string[] = []
  const answer =
    'console.error("making"); console.log(JSON.stringify({ [process.argv[2]]: "own:1" }))'
  const command = [...script(answer), '--']
  expect(await makeBaseImage(command, 'golang', (line) => lines.push(line))).toBe('own:1')
  expect(lines).toEqual(['making'])
})

test.each([
  ['a command that fails', script('process.exit(1)')],
  ['an answer without the language', script('console.log("{}")')],
  ['an answer that is none', script('console.log("done")')],
  ['a program that is not there', ['/nowhere/maker']],
])('%s is an error', async (_name, command) => {
  await expect(makeBaseImage([...command, '--'], 'golang', () => {})).rejects.toThrow()
})
