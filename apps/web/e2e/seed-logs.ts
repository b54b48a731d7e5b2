import type { Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'

/** A thousand lines of a server that runs, the log of its builds, and some requests. */
export async function seedLogs(db: Db, serverId: string): Promise<void> {
  const deployments = await db.deployment.findMany({ where: { serverId } })
  for (const { id, createdAt } of deployments) {
    const at = (seconds: number) => new Date(createdAt.getTime() + seconds * 1000)
    const lines = [...buildLines]
    await db.logLine.createMany({
      data: lines.map((text, index) => ({
        serverId,
        deploymentId: id,
        stream: text.startsWith('==') ? ('system' as const) : ('build' as const),
        at: at(index),
        text,
      })),
    })
  }
  const live = deployments.find((row) => row.status === 'live')
  if (!live) return
  const start = live.createdAt.getTime()
  await db.logLine.createMany({
    data: Array.from({ length: 1000 }, (_, index) => ({
      serverId,
      deploymentId: live.id,
      stream: index % 41 === 0 ? ('stderr' as const) : ('stdout' as const),
      at: new Date(start + index * 2000),
      text: runtimeLine(index),
    })),
  })
  await db.requestLog.createMany({
    data: Array.from({ length: 80 }, (_, index) => ({
      requestId: newId('req'),
      serverId,
      at: new Date(start + index * 30_000),
      principalName: index % 3 === 0 ? 'claude-code on laptop' : 'ci',
      clientName: index % 3 === 0 ? 'claude-code' : 'fastmcp',
      clientVersion: index % 3 === 0 ? '2.1.4' : '3.0.1',
      protocol: index % 4 === 0 ? '2026-07-28' : '2025-11-25',
      httpMethod: 'POST',
      rpcMethod: index % 5 === 0 ? 'tools/list' : 'tools/call',
      target: index % 5 === 0 ? null : index % 2 ? 'get_forecast' : 'nearest_station',
      status: index % 17 === 3 ? 502 : 200,
      rpcErrorCode: index % 23 === 7 ? -32602 : null,
      durationMs: 8 + ((index * 37) % 420) + 0.4,
      requestBytes: 214 + index,
      responseBytes: 900 + index * 31,
    })),
  })
}

const buildLines = [
  '== fetch https://git.example.com/acme/weather-mcp.git at main',
  '== plan: Python FastMCP on Python 3.12',
  '#5 [install 2/2] RUN uv pip install -r requirements.txt',
  '#5 0.412 Resolved 38 packages in 211ms',
  '#5 1.907 Installed 38 packages in 96ms',
  '#5 1.911  \u001b[32m+ fastmcp==2.12.4\u001b[39m',
  '#5 1.911  \u001b[32m+ httpx==0.28.1\u001b[39m',
  '#5 DONE 2.2s',
  '#6 exporting layers',
  '#6 DONE 0.4s',
  '== start on 127.0.0.1:41733',
  '== handshake: 3 tools, 1 resource, 1 prompt',
  '== live',
]

function runtimeLine(index: number): string {
  if (index % 41 === 0)
    return `\u001b[33mWARNING\u001b[0m station ${1000 + index} answered late (${index % 900} ms), using the cached value`
  return `\u001b[2m${index}\u001b[0m \u001b[34mINFO\u001b[0m  tools/call \u001b[1mget_forecast\u001b[0m place="Kiel" days=3 -> 200 in ${20 + (index % 70)} ms`
}
