import { createServer } from 'node:http'
import { createListener, type Listener } from './listener.ts'

/**
 * `/metrics`, `/healthz` and `/readyz` for operators, at an address that clients do not reach: it
 * asks for no key and names every server.
 */
export function createPrivateListener(of: {
  /** In the text format of Prometheus. */
  metrics: () => Promise<string>
  isReady: () => boolean
}): Listener {
  const server = createServer(async (req, res) => {
    const [status, body] = await answer(of, req.url ?? '/').catch(
      (error: unknown) => [500, `${error}\n`] as const,
    )
    res.writeHead(status, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body)
  })
  return createListener(server)
}

async function answer(
  { metrics, isReady }: Parameters<typeof createPrivateListener>[0],
  url: string,
): Promise<readonly [status: number, body: string]> {
  switch (url) {
    case '/metrics':
      return [200, await metrics()]
    case '/healthz':
      return [200, 'ok\n']
    case '/readyz':
      return isReady() ? [200, 'ok\n'] : [503, 'not ready\n']
    default:
      return [404, 'not found\n']
  }
}
