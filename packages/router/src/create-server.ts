import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { createCertificates } from './certificates.ts'
import type { Logger } from './logger.ts'

const reloadMs = 5_000

/**
 * The server that clients reach: HTTP, or TLS alone where there is a directory of certificates. They
 * are looked at again every 5 s, so that a renewed one counts without a restart.
 */
export function createClientServer(
  options: ServerOptions,
  certificatesDir: string | undefined,
  logger: Logger,
  onRequest: RequestListener,
): { server: Server; prepare: () => Promise<void> } {
  if (certificatesDir === undefined)
    return { server: createServer(options, onRequest), prepare: async () => {} }
  const certificates = createCertificates(certificatesDir, logger)
  const SNICallback: TlsOptions['SNICallback'] = (hostname, done) => {
    const context = certificates.contextFor(hostname)
    if (context) done(null, context)
    else done(new Error('There is no certificate for this name.'))
  }
  const server = createTlsServer({ ...options, minVersion: 'TLSv1.2', SNICallback }, onRequest)
  async function prepare(): Promise<void> {
    const first = (await certificates.reload()) ? certificates.first() : undefined
    if (first) server.setSecureContext({ ...first, minVersion: 'TLSv1.2' })
  }
  const timer = setInterval(() => {
    prepare().catch((error: unknown) =>
      logger.error({ error }, 'Certificates could not be read; those that are known stay'),
    )
  }, reloadMs)
  timer.unref()
  server.once('close', () => clearInterval(timer))
  return { server, prepare }
}
