import { createHash, randomBytes } from 'node:crypto'
import type { GithubVisit } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import type { Deps } from '../deps.ts'

/** An installation that GitHub says is the visitor's own. */
export const foundSchema = z.array(
  z.object({ installationId: z.number(), account: z.string(), isSuspended: z.boolean() }),
)
export type FoundInstallation = z.infer<typeof foundSchema>[number]

const lastsMs = 15 * 60_000
const hash = (state: string) => createHash('sha256').update(state).digest('hex')

/** The state that a person takes to GitHub and brings back; without a team, to make the App. */
export async function startVisit(
  { db }: Pick<Deps, 'db'>,
  { userId, teamId }: { userId: string; teamId: string | null },
): Promise<string> {
  const state = randomBytes(32).toString('base64url')
  await db.githubVisit.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  await db.githubVisit.create({
    data: {
      id: newId('ghv'),
      ...{ hash: hash(state), userId, teamId },
      expiresAt: new Date(Date.now() + lastsMs),
    },
  })
  return state
}

/** The visit of this state, if it is this person's and its time is not over. Throws `forbidden`. */
export async function openVisit(
  { db }: Pick<Deps, 'db'>,
  { state, userId }: { state: string; userId: string },
): Promise<GithubVisit> {
  const visit = await db.githubVisit.findUnique({ where: { hash: hash(state) } })
  if (visit && visit.userId === userId && visit.expiresAt > new Date()) return visit
  throw new AppError('forbidden', 'This way back from GitHub is not open.', {
    hint: 'It is open for 15 minutes, to who set out from here. Begin again on the page Team, GitHub.',
  })
}
