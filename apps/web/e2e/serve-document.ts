import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '@moorage/testing/tls'

/** A client's metadata document, as its maker publishes it: loopback without a port. */
export async function serveDocument(): Promise<{
  url: string
  /** For the dashboard, which is to read it. */
  env: Record<string, string>
  close: () => void
}> {
  const { cert, key, caFile } = await makeCertificate(mkdtempSync(join(tmpdir(), 'moorage-')))
  const paths = ['/callback', '/oauth/callback']
  const server = createServer({ cert, key }, (_req, res) => {
    res.setHeader('content-type', 'application/json')
    res.end(
      JSON.stringify({
        client_id: url,
        client_name: 'Documented client',
        redirect_uris: ['http://localhost', 'http://127.0.0.1'].flatMap((origin) =>
          paths.map((path) => origin + path),
        ),
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const url = `https://${host}/client.json`
  const env = { MOORAGE_TRUSTED_CLIENT_HOSTS: host, NODE_EXTRA_CA_CERTS: caFile }
  return { url, env, close: () => server.close() }
}
