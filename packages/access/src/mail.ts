import { AppError } from '@moorage/domain/error'
import { createTransport } from 'nodemailer'

export type Letter = { to: string; subject: string; text: string }
export type Mail = {
  /** Throws `unavailable` where the letter could not be handed over. */
  send(letter: Letter): Promise<void>
}

/** By SMTP, such as smtps://user:password@mail.example.com; `from` is what letters come from. */
export function createMail(smtpUrl: string, from: string): Mail {
  const transport = createTransport(smtpUrl)
  return {
    send: async (letter) => {
      try {
        await transport.sendMail({ from, ...letter })
      } catch (cause) {
        throw new AppError('unavailable', `The e-mail to ${letter.to} could not be sent.`, {
          message: cause instanceof Error ? cause.message : String(cause),
          hint: 'Try again; if it stays, the operator looks at MOORAGE_SMTP_URL.',
          cause,
        })
      }
    },
  }
}
