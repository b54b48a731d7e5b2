const words: Record<number, string> = {
  400: 'refused as malformed',
  401: 'no good key',
  403: 'not allowed',
  404: 'not found, or a session that is gone',
  405: 'method not allowed',
  408: 'the request came too slowly',
  413: 'too large',
  429: 'over a limit',
  431: 'headers too large',
  499: 'the caller left before the answer',
  500: 'the server failed',
  502: 'the server broke off',
  503: 'the server was not running',
  504: 'the server did not answer',
}

/** What an HTTP status means between a client and its server. */
export function statusWords(status: number): string {
  return words[status] ?? (status < 400 ? 'answered' : 'failed')
}
