import { notFound } from '@moorage/access/principal'
import { z } from 'zod'
import { onlyPeople, router, signedIn } from '../trpc.ts'

/** What a person has of their own. Name, password and second factors are better-auth's. */
export const accountRouter = router({
  /** Where they are signed in. The tokens are not in it. */
  sessions: signedIn.query(async ({ ctx }) => {
    const { id: userId } = onlyPeople(ctx.principal)
    return ctx.deps.db.authSession.findMany({
      where: { userId, expiresAt: { gt: new Date() } },
      select: { id: true, userAgent: true, ipAddress: true, createdAt: true },
      orderBy: { createdAt: 'desc' },
    })
  }),

  /** Their second factor and passkeys, without what is secret of them. */
  security: signedIn.query(async ({ ctx }) => {
    const { id } = onlyPeople(ctx.principal)
    return ctx.deps.db.user.findUniqueOrThrow({
      where: { id },
      select: {
        twoFactorEnabled: true,
        passkeys: {
          select: { id: true, name: true, createdAt: true },
          orderBy: { createdAt: 'asc' },
        },
      },
    })
  }),

  revokeSession: signedIn
    .input(z.object({ id: z.string().max(60) }))
    .mutation(async ({ ctx, input: { id } }) => {
      const { id: userId } = onlyPeople(ctx.principal)
      const { count } = await ctx.deps.db.authSession.deleteMany({ where: { id, userId } })
      if (count === 0) throw notFound('session')
      return { id }
    }),
})
