import type { Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { APIError, betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import type { Mail } from './mail.ts'
import { maySignUp } from './may-sign-up.ts'
import { oauthPlugins } from './oauth/plugins.ts'
import type { Principal } from './principal.ts'
import { samlSignIn } from './saml-sign-in.ts'
import { noSignInMethods, type SignInMethods } from './sign-in-methods.ts'
import { signInPlugins } from './sign-in-plugins.ts'

export type Auth = ReturnType<typeof createAuth>

/**
 * Every way to sign in. Nobody makes an account who was not invited, unless sign-up is open: see
 * setup.ts for the first person.
 */
export function createAuth(options: {
  db: Db
  secret: string
  baseUrl: string
  trustedOrigins?: string[]
  /** Hosts, as in URL.host, whose OAuth client documents may be private or plain http. */
  trustedClientHosts?: readonly string[]
  methods?: SignInMethods
  mail?: Mail | null
  openSignUp?: boolean
  /** What only who runs the platform may read. */
  tellOperator?: (line: string) => void
}) {
  const { db, openSignUp = false, methods = noSignInMethods, mail = null } = options
  const { oidc: _oidc, saml, ...socialProviders } = methods
  const origins = options.trustedOrigins ?? [new URL(options.baseUrl).origin]
  return betterAuth({
    appName: 'Moorage',
    secret: options.secret,
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: origins,
    telemetry: { enabled: false },
    database: prismaAdapter(db, { provider: 'postgresql', transaction: true }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: !openSignUp,
      minPasswordLength: 10,
      requireEmailVerification: openSignUp && mail !== null,
    },
    emailVerification: {
      sendOnSignIn: true,
      sendVerificationEmail: async ({ user, url }) => {
        await mail?.send({
          to: user.email,
          subject: 'Confirm your e-mail address for Moorage',
          text: `${url}\n\nIf you did not ask for an account, ignore it.`,
        })
      },
    },
    socialProviders,
    databaseHooks: {
      user: {
        create: {
          before: async ({ email }) => {
            if (await maySignUp({ db, openSignUp }, email)) return
            throw new APIError('FORBIDDEN', {
              code: 'NOT_INVITED',
              message: 'There is no account for this address, and it was not invited.',
            })
          },
        },
      },
    },
    plugins: [
      ...signInPlugins({
        ...{ baseUrl: options.baseUrl, origins, methods, mail },
        isKnown: async (email) =>
          (await db.user.count({ where: { email: email.toLowerCase() } })) > 0 ||
          (await maySignUp({ db, openSignUp }, email)),
        tellOperator: options.tellOperator ?? (() => {}),
      }),
      ...(saml.length > 0 ? [samlSignIn({ db, baseUrl: options.baseUrl, providers: saml })] : []),
      ...oauthPlugins({
        db,
        issuer: options.baseUrl,
        trustedClientHosts: options.trustedClientHosts ?? [],
      }),
    ],
    session: { modelName: 'authSession', expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    onAPIError: { errorURL: `${new URL(options.baseUrl).origin}/oauth/error` },
    rateLimit: { enabled: true, window: 60, max: 100 },
    advanced: {
      database: { generateId: () => newId('usr') },
      // The web app makes it the one address that is to be believed.
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
