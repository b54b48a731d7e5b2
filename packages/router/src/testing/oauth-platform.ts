import { newId } from '@moorage/domain/id'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { bearer, send } from './client.ts'
import { startPlatform } from './platform.ts'
import { startUpstream } from './upstream.ts'

export const issuer = 'https://moorage.test'

export type Claims = {
  sub?: string
  aud?: string | string[]
  scope?: string
  iss?: string
  exp?: string
  typ?: string
  client_id?: string
}

/** Two private servers behind a router, one person who let a client call both, and tokens as the dashboard signs them. */
export async function startOauthPlatform() {
  const platform = await startPlatform({ dashboardUrl: `${issuer}/`, baseDomain: 'mcp.test' })
  const upstream = await startUpstream((req, res) => {
    if (req.url === '/stream')
      return void res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: begun\n\n')
    res.end('ok')
  })
  const teamId = await platform.addTeam()
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  const publicKey = JSON.stringify(await exportJWK(pair.publicKey))
  await platform.db.jwks.create({
    data: { id: 'key-1', publicKey, privateKey: '', createdAt: new Date() },
  })
  await platform.db.oauthClient.create({ data: { id: 'client', clientId: 'client' } })
  const server = await addServer()
  const other = await addServer()
  const { url } = await platform.startRouter()
  const mcp = `${url}/${server.slug}/mcp`
  const userId = await addPerson()

  async function addServer(access: 'private' | 'public' | 'own_auth' = 'private') {
    const added = await platform.addServer(teamId, { access })
    await platform.deploy(added, upstream.port)
    return added
  }

  /** A member who let the client call both servers. */
  async function addPerson(): Promise<string> {
    const id = newId('usr')
    const email = `${id}@test.test`
    await platform.db.user.create({ data: { id, name: 'Ann', email, updatedAt: new Date() } })
    await platform.db.member.create({ data: { teamId, userId: id, role: 'caller' } })
    for (const { id: serverId } of [server, other])
      await platform.db.oauthGrant.create({
        data: { id: newId('grant'), userId: id, clientId: 'client', serverId },
      })
    await platform.events.publish({ type: 'person', userId: id })
    return id
  }

  function token(claims: Claims = {}, key: CryptoKey = pair.privateKey): Promise<string> {
    const { sub = userId, aud = mcp, iss = issuer, exp = '1h', typ = 'at+jwt', ...rest } = claims
    return new SignJWT({ scope: 'mcp:connect', client_id: 'client', ...rest })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'key-1', typ })
      .setIssuer(iss)
      .setSubject(sub)
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(key)
  }

  const status = async (bearerToken: string, at = mcp) =>
    (await send(at, { headers: bearer(bearerToken) })).status

  return {
    ...{ platform, upstream, teamId, server, other, url, mcp, userId, issuer },
    ...{ addServer, addPerson, token, status },
    close: async () => {
      await platform.close()
      await upstream.stop()
    },
  }
}
