/** One request to an instance. */
export type UpstreamRequest = {
  method: string
  /** Path and query. */
  path: string
  /** Name, value, name, value. */
  headers: string[]
}

/** What becomes of it. A chunk is good only until `onData` returns: copy it to keep it. */
export type UpstreamHandler = {
  /** It goes out now. False: nobody waits for it any more. */
  onSend(call: UpstreamCall): boolean
  /** latin1, as they came. */
  onHead(status: number, headers: readonly string[]): void
  /** False: no more until `resume`. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  onError(error: Error): void
}

/** A request under way. */
export type UpstreamCall = { abort(reason: Error): void; resume(): void }
