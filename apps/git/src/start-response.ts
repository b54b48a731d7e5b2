import type { ServerResponse } from 'node:http'

/** Headers of a git answer: never cached, never buffered on the way. */
export function startResponse(response: ServerResponse, contentType: string): void {
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
    'x-accel-buffering': 'no',
  })
}
