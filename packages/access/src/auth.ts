import type { Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { oauthPlugins } from './oauth/plugins.ts'
import type { Principal } from './principal.ts'

export type Auth = ReturnType<typeof createAuth>

/** Sign-in by e-mail and password. Nobody signs up by themselves: see setup.ts for the first person. */
export function createAuth(options: {
  db: Db
  secret: string
  baseUrl: string
  trustedOrigins?: string[]
  /** Hosts, as in URL.host, whose OAuth client documents may be private or plain http. */
  trustedClientHosts?: readonly string[]
}) {
  return betterAuth({
    appName: 'Moorage',
    secret: options.secret,
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: options.trustedOrigins ?? [],
    telemetry: { enabled: false },
    database: prismaAdapter(options.db, { provider: 'postgresql', transaction: true }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10 },
    session: { modelName: 'authSession', expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    onAPIError: { errorURL: `${new URL(options.baseUrl).origin}/oauth/error` },
    plugins: oauthPlugins({
      db: options.db,
      issuer: options.baseUrl,
      trustedClientHosts: options.trustedClientHosts ?? [],
    }),
    rateLimit: { enabled: true, window: 60, max: 100 },
    advanced: {
      database: { generateId: () => newId('usr') },
      // The web app overwrites it with the peer's address where no trusted front set it.
      ipAddress: { ipAddressHeaders: ['x-forwarded-for'] },
    },
  })
}

/** The signed-in person of a request's cookies, or null. */
export async function principalBySession(
  deps: { db: Db; auth: Auth },
  headers: Headers,
): Promise<Principal | null> {
  const session = await deps.auth.api.getSession({ headers })
  if (!session) return null
  const members = await deps.db.member.findMany({
    where: { userId: session.user.id, team: { deletedAt: null } },
    include: { team: { select: { slug: true } } },
    orderBy: { createdAt: 'asc' },
  })
  return {
    kind: 'user',
    id: session.user.id,
    name: session.user.name,
    email: session.user.email,
    memberships: members.map((row) => ({
      teamId: row.teamId,
      teamSlug: row.team.slug,
      role: row.role,
    })),
  }
}
