import { answerDeviceLogin, findDeviceLogin, userCodeText } from '@moorage/access/device-login'
import { z } from 'zod'
import { findTeam, onlyPeople, router, signedIn, teamInput } from '../trpc.ts'

const code = z.string().max(20)

/** Command lines that ask to be let in: `moorage login`. */
export const deviceLoginsRouter = router({
  get: signedIn.input(z.object({ code })).query(async ({ ctx, input }) => {
    onlyPeople(ctx.principal)
    const { userCode, name, address, createdAt } = await findDeviceLogin(ctx.deps, input.code)
    return { code: userCodeText(userCode), name, address, createdAt }
  }),

  /** It gets a key of the caller's own, for this team, that may what they may. */
  allow: signedIn.input(teamInput.extend({ code })).mutation(async ({ ctx, input }) => {
    const { id: userId } = onlyPeople(ctx.principal)
    const { id: teamId } = await findTeam(ctx, input.team, 'key.write')
    await answerDeviceLogin(ctx.deps, input.code, { userId, teamId })
    return { code: input.code }
  }),

  deny: signedIn.input(z.object({ code })).mutation(async ({ ctx, input }) => {
    const { id: userId } = onlyPeople(ctx.principal)
    await answerDeviceLogin(ctx.deps, input.code, { userId, teamId: null })
    return input
  }),
})
