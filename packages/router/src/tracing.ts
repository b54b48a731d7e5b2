import {
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Context as TraceContext,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Exchange } from './exchange.ts'

export type Tracing = {
  /** Begins the span of an exchange; the server behind is told of it in place of the client's. */
  begin(exchange: Exchange): void
  end(exchange: Exchange): void
  /** Sends what is left. */
  close(): Promise<void>
}

/** Spans go to this URL in batches (OTLP over HTTP). A client's own trace goes on through us. */
export function createTracing(otlpUrl: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: otlpUrl })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'moorage-router' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  })
  const tracer = provider.getTracer('moorage')
  return {
    begin: (exchange) => {
      const { method = '', headers } = exchange.req
      const span = tracer.startSpan(
        method,
        { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } },
        parent(headers.traceparent),
      )
      exchange.span = span
      exchange.traceparent = traceparent(span)
    },
    end: (exchange) => {
      if (exchange.span) describe(exchange, exchange.span).end()
    },
    close: () => provider.shutdown(),
  }
}

/** The client's span (W3C Trace Context), or none where the header is not well-formed. */
function parent(header: string | string[] | undefined): TraceContext {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(header)) ?? []
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT
}

function traceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

function describe(exchange: Exchange, span: Span): Span {
  const { res, server, instance, message, rpcErrorCode, requestId } = exchange
  const status = res.headersSent ? res.statusCode : 499
  const { method = null, target = null } = message ?? {}
  if (method) span.updateName(target ? `${method} ${target}` : method)
  span.setAttributes({
    'http.response.status_code': status,
    'moorage.request_id': requestId,
    ...(server ? { 'moorage.server': server.slug } : {}),
    ...(instance ? { 'moorage.instance': instance.id } : {}),
    ...(method ? { 'mcp.method.name': method } : {}),
    ...(method === 'tools/call' && target ? { 'gen_ai.tool.name': target } : {}),
    ...(rpcErrorCode === null ? {} : { 'rpc.response.status_code': String(rpcErrorCode) }),
  })
  if (status >= 500 || rpcErrorCode !== null) span.setStatus({ code: SpanStatusCode.ERROR })
  return span
}
