import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { accountRouter } from './routers/account.ts'
import { auditRouter } from './routers/audit.ts'
import { buildSecretsRouter } from './routers/build-secrets.ts'
import { deploymentsRouter } from './routers/deployments.ts'
import { deviceLoginsRouter } from './routers/device-logins.ts'
import { domainsRouter } from './routers/domains.ts'
import { envRouter } from './routers/env.ts'
import { githubRouter } from './routers/github.ts'
import { inspectionsRouter } from './routers/inspections.ts'
import { invitationsRouter } from './routers/invitations.ts'
import { keysRouter } from './routers/keys.ts'
import { logsRouter } from './routers/logs.ts'
import { meRouter } from './routers/me.ts'
import { membersRouter } from './routers/members.ts'
import { mySecretsRouter } from './routers/my-secrets.ts'
import { notificationsRouter } from './routers/notifications.ts'
import { oauthRouter } from './routers/oauth.ts'
import { plansRouter } from './routers/plans.ts'
import { previewsRouter } from './routers/previews.ts'
import { serversRouter } from './routers/servers.ts'
import { serviceAccountsRouter } from './routers/service-accounts.ts'
import { setupRouter } from './routers/setup.ts'
import { teamsRouter } from './routers/teams.ts'
import { volumesRouter } from './routers/volumes.ts'
import { webhooksRouter } from './routers/webhooks.ts'
import { createCallerFactory, router } from './trpc.ts'

/** The whole admin API: the dashboard, the CLI and machines use the same procedures. */
export const appRouter = router({
  me: meRouter,
  setup: setupRouter,
  servers: serversRouter,
  inspections: inspectionsRouter,
  plans: plansRouter,
  deployments: deploymentsRouter,
  previews: previewsRouter,
  webhooks: webhooksRouter,
  github: githubRouter,
  logs: logsRouter,
  env: envRouter,
  buildSecrets: buildSecretsRouter,
  mySecrets: mySecretsRouter,
  volumes: volumesRouter,
  domains: domainsRouter,
  keys: keysRouter,
  deviceLogins: deviceLoginsRouter,
  oauth: oauthRouter,
  notifications: notificationsRouter,
  teams: teamsRouter,
  members: membersRouter,
  invitations: invitationsRouter,
  serviceAccounts: serviceAccountsRouter,
  audit: auditRouter,
  account: accountRouter,
})

export type AppRouter = typeof appRouter
export type ApiInputs = inferRouterInputs<AppRouter>
export type ApiOutputs = inferRouterOutputs<AppRouter>
export const createCaller = createCallerFactory(appRouter)
