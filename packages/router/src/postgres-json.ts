/**
 * JSON that Postgres takes whatever strings callers sent: it refuses NUL and lone surrogates, and
 * one such row would fail the whole batch. JSON.stringify escapes exactly these, so what is
 * escaped is what has to go.
 */
export function postgresJson(value: unknown): string {
  const json = JSON.stringify(value)
  return !json.includes('\\u')
    ? json
    : json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\ufffd')
}
