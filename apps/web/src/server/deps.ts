import { type Auth, createAuth } from '@moorage/access/auth'
import { createMail } from '@moorage/access/mail'
import { parseEncryptionKey, withPrevious } from '@moorage/access/secret-box'
import type { Context } from '@moorage/api/context'
import { createEvents } from '@moorage/bus/events'
import { createDeployQueue, createInspectionQueue } from '@moorage/bus/jobs'
import { createDb } from '@moorage/db/client'
import { createGithubClient } from '@moorage/deployments/github/github-client'
import { readEnv } from '../env.ts'
import { loopbackSpellings } from './loopback-spellings.ts'

export type WebDeps = Context['deps'] & { auth: Auth }

const cache = globalThis as typeof globalThis & { moorageWebDeps?: Promise<WebDeps> }

/** One set of connections a process, however often a bundler loads this module. */
export function webDeps(): Promise<WebDeps> {
  if (!cache.moorageWebDeps) {
    cache.moorageWebDeps = connect()
    // A database that was away at the first request must not be away for ever.
    cache.moorageWebDeps.catch(() => {
      delete cache.moorageWebDeps
    })
  }
  return cache.moorageWebDeps
}

async function connect(): Promise<WebDeps> {
  const env = readEnv()
  const db = createDb(env.DATABASE_URL)
  const bus = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL }
  const [events, queue, inspectionQueue] = await Promise.all([
    createEvents(bus),
    createDeployQueue(bus),
    createInspectionQueue(bus),
  ])
  const mail = env.MOORAGE_SMTP_URL ? createMail(env.MOORAGE_SMTP_URL, env.MOORAGE_MAIL_FROM) : null
  const openSignUp = env.MOORAGE_OPEN_SIGN_UP === '1'
  return {
    db,
    events,
    queue,
    inspectionQueue,
    encryptionKey: withPrevious(
      parseEncryptionKey(env.MOORAGE_ENCRYPTION_KEY),
      env.MOORAGE_ENCRYPTION_KEY_PREVIOUS
        ? parseEncryptionKey(env.MOORAGE_ENCRYPTION_KEY_PREVIOUS)
        : undefined,
    ),
    repoUrlPolicy: {
      trustedHosts: env.MOORAGE_TRUSTED_REPO_HOSTS,
      caFile: env.MOORAGE_BUILD_CA_FILE,
    },
    github: createGithubClient({
      url: env.MOORAGE_GITHUB_URL,
      caFile: env.MOORAGE_BUILD_CA_FILE,
    }),
    mail,
    openSignUp,
    auth: createAuth({
      db,
      secret: env.MOORAGE_AUTH_SECRET,
      baseUrl: env.MOORAGE_DASHBOARD_URL,
      trustedClientHosts: env.MOORAGE_TRUSTED_CLIENT_HOSTS,
      trustedOrigins: loopbackSpellings(env.MOORAGE_DASHBOARD_URL),
      methods: env.MOORAGE_SIGN_IN,
      mail,
      openSignUp,
      tellOperator: (line) => console.log(line),
    }),
  }
}
