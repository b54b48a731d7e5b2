import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { readAll, startUpstream, type Upstream } from './testing/upstream.ts'

const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              attributes: z.array(z.object({ key: z.string(), value: z.unknown() })),
            }),
          ),
        }),
      ),
    }),
  ),
})
type Span = z.infer<typeof exportSchema>['resourceSpans'][0]['scopeSpans'][0]['spans'][0]

let platform: TestPlatform
let upstream: Upstream
let collector: Upstream
let server: TestServer
let mcp: string
let key: string
const spans: Span[] = []

beforeAll(async () => {
  collector = await startUpstream(async (req, res) => {
    const exported = exportSchema.parse(JSON.parse((await readAll(req)).toString()))
    for (const { scopeSpans } of exported.resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    res.end('{}')
  })
  upstream = await startUpstream((_req, res) => res.end('{}'))
  platform = await startPlatform({ otlpUrl: `http://127.0.0.1:${collector.port}/v1/traces` })
  const teamId = await platform.addTeam()
  server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  mcp = `${(await platform.startRouter()).url}/${server.slug}/mcp`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
  await collector.stop()
})

async function call(traceparent?: string): Promise<{ span: Span; told: string }> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}'
  const headers = { ...bearer(key), ...(traceparent ? { traceparent } : {}) }
  const before = spans.length
  expect((await send(mcp, { method: 'POST', headers, body })).status).toBe(200)
  const told = String(upstream.seen.at(-1)?.headers.traceparent)
  await until(() => spans.length > before)
  const span = spans.find(({ spanId }) => told.includes(spanId))
  if (!span) throw new Error(`no span for ${told}`)
  return { span, told }
}

test("a client's trace goes on through the router to the server", async () => {
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
  const { span, told } = await call(`00-${traceId}-${spanId}-01`)
  expect(span).toMatchObject({ name: 'tools/call echo', traceId, parentSpanId: spanId })
  expect(told).toBe(`00-${traceId}-${span.spanId}-01`)
  const attributes = Object.fromEntries(span.attributes.map((one) => [one.key, one.value]))
  expect(attributes).toMatchObject({
    'moorage.server': { stringValue: server.slug },
    'mcp.method.name': { stringValue: 'tools/call' },
    'gen_ai.tool.name': { stringValue: 'echo' },
    'http.response.status_code': { intValue: 200 },
  })
})

test.each([undefined, 'nonsense', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`])(
  'a trace begins here where the client has none: %s',
  async (traceparent) => {
    const { span } = await call(traceparent)
    expect(span.parentSpanId ?? '').toBe('')
  },
)
