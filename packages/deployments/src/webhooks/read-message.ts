import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { Forge, ForgeMessage } from './forge-event.ts'
import { readBitbucket } from './read-bitbucket.ts'
import { readGeneric } from './read-generic.ts'
import { readGithub } from './read-github.ts'
import { readGitlab } from './read-gitlab.ts'

const readers: Record<Forge, (event: string, body: unknown) => ForgeMessage> = {
  github: readGithub,
  gitea: readGithub,
  gitlab: readGitlab,
  bitbucket: readBitbucket,
  generic: readGeneric,
}

/** What a delivery says. Throws `bad_input`. */
export function readMessage(of: { forge: Forge; event: string; payload: string }): ForgeMessage {
  try {
    return readers[of.forge](of.event, JSON.parse(of.payload))
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
    const why = issue ? ` ${issue.path.join('.')}: ${issue.message}` : ' It is not JSON.'
    throw new AppError('bad_input', `This delivery cannot be read.${why}`, {
      hint: 'Set the content type of the webhook to application/json.',
      cause,
    })
  }
}
