import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMail } from './mail.ts'

const letters: string[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: ({ address }, _session, done) =>
    done(address.startsWith('nobody') ? new Error('no such mailbox') : null),
  onData: (stream, _session, done) => {
    void buffer(stream).then((data) => {
      letters.push(data.toString())
      done()
    })
  },
})
let mail: ReturnType<typeof createMail>

beforeAll(async () => {
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' ? address?.port : 0
  mail = createMail(`smtp://127.0.0.1:${port}`, 'Moorage <moorage@example.com>')
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

test('a letter arrives with its text, and from whom it is', async () => {
  await mail.send({ to: 'ada@example.com', subject: 'Hello', text: 'https://m.example.com/join' })
  expect(letters.join()).toMatch(/From: Moorage <moorage@example.com>/)
  expect(letters.join()).toContain('https://m.example.com/join')
})

test('a letter that is not taken is an error with what to do, without the reason in it', async () => {
  await expect(
    mail.send({ to: 'nobody@example.com', subject: 'Hello', text: 'x' }),
  ).rejects.toMatchObject({
    code: 'unavailable',
    userMessage: expect.not.stringContaining('mailbox'),
  })
})
