import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { serveHttp } from './serve-http.ts'
import { createConformanceServer } from './server.ts'

// The conformance server as a program: `--stdio`, or HTTP on the port in PORT.
if (process.argv.includes('--stdio')) serveStdio(() => createConformanceServer())
else console.log(`http://127.0.0.1:${(await serveHttp(Number(process.env.PORT ?? 0))).port}/mcp`)
