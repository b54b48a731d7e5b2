import { startOauthPlatform } from '@moorage/router/testing-oauth'
import { startUpstream } from './programs.ts'
import { type Subject, startRouterProcess } from './subjects.ts'
import { takeTurns } from './take-turns.ts'

/** Never reached, but looked at all the same; a public server has one of its own. */
const limits = { callsPerMinute: 1_000_000_000, callsPerMinutePerCaller: 1_000_000_000 }

/** What it costs to know who calls: one router, asked by nobody in particular, with a key, and with a token. */
export async function measureCallers(dir: string) {
  const upstream = await startUpstream(dir)
  const oauth = await startOauthPlatform()
  const { platform, teamId, userId, issuer, server } = oauth
  const open = await platform.addServer(teamId, { access: 'public' })
  await platform.db.server.updateMany({ data: { routing: limits } })
  for (const one of [server, open]) await platform.deploy(one, upstream.port)
  const router = await startRouterProcess(platform.databaseUrl, {
    DASHBOARD_URL: issuer,
    ENCRYPTION_KEY: platform.encryptionKey.toString('base64'),
  })
  const at = ({ slug }: { slug: string }) => ({ ...router, path: `/${slug}/mcp` })
  const aud = `http://127.0.0.1:${router.port}/${server.slug}/mcp`
  const anyone: Subject = { ...at(open), name: 'anyone', key: 'none' }
  const own = await platform.addKey(teamId, { createdById: userId })
  const key: Subject = { ...at(server), name: 'key', key: own.key }
  const token: Subject = { ...at(server), name: 'token', key: await oauth.token({ aud }) }
  try {
    const { failed, medians, ratio } = await takeTurns(dir, [anyone, key, token])
    return {
      goal: 'within 5 % of anyone',
      failed,
      callers: medians,
      keyToAnyone: { calls: ratio(key, anyone), cpu: ratio(key, anyone, 'cpuMicros') },
      tokenToAnyone: { calls: ratio(token, anyone), cpu: ratio(token, anyone, 'cpuMicros') },
    }
  } finally {
    await router.stop()
    await upstream.stop()
    await oauth.close()
  }
}
