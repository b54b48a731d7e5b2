import { createBridge } from './bridge.ts'
import { log } from './log.ts'
import { parseOptions } from './options.ts'

// A server that speaks MCP over stdio, served over HTTP.
try {
  const options = parseOptions(process.argv.slice(2))
  const { server, close } = createBridge(options)
  const stop = () => void close().finally(() => process.exit(0))
  process.once('SIGTERM', stop).once('SIGINT', stop)
  server.on('error', (error) => {
    log(`cannot listen: ${error.message}`)
    process.exit(1)
  })
  server.listen(options.port, options.host, () => {
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : options.port
    log(`listening on ${options.host}:${port}${options.path}`)
  })
} catch (error) {
  log(error instanceof Error ? error.message : String(error))
  process.exit(2)
}
