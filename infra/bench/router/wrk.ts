import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { restCore } from './child.ts'

export type Load = { requestsPerSecond: number; failed: number; p50Ms: number; p99Ms: number }

const run = promisify(execFile)
const body =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello hello hello"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"}}}}'

/** 32 connections that call a tool; with `pauseMs` each rests so long between two calls. */
export async function callConstantly(
  dir: string,
  to: { port: number; path: string; key: string; seconds: number; pauseMs?: number },
): Promise<Load> {
  const file = join(dir, 'call.lua')
  writeFileSync(file, script(to.key, to.pauseMs ?? 0))
  const url = `http://127.0.0.1:${to.port}${to.path}`
  const wrk = ['wrk', '-t1', '-c32', `-d${to.seconds}s`, '-s', file, url]
  const { stdout } = await run('taskset', ['-c', restCore, ...wrk])
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"requestsPerSecond"')))
}

function script(key: string, pauseMs: number): string {
  return `
wrk.method = "POST"
wrk.body = [[${body}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
wrk.headers["Mcp-Method"] = "tools/call"
wrk.headers["Mcp-Name"] = "echo"
wrk.headers["Authorization"] = "Bearer ${key}"
${pauseMs > 0 ? `function delay() return ${pauseMs} end` : ''}
function done(summary, latency)
  io.write(string.format('{"requestsPerSecond":%.1f,"failed":%d,"p50Ms":%.3f,"p99Ms":%.3f}',
    summary.requests / (summary.duration / 1e6),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
`
}
