const kib = 1024
const mib = 1024 * kib

export const defaultLimits = {
  /** The largest request body; all of it streams. */
  bodyBytes: 32 * mib,
  /** Up to here a body is held until it is sent, so that it can be sent again. */
  replayBytes: 1 * mib,
  /** Up to here a body is looked into for the log and the session. */
  peekBytes: 64 * kib,
  /** A stream that is quiet for so long gets a comment: most hosts on the way cut at 5 minutes. */
  keepAliveMs: 25_000,
  /** An exchange with no byte either way for so long is given up. */
  idleMs: 60 * 60_000,
  /** How long an instance may take to answer when a session is opened again on it. */
  reopenMs: 15_000,
  /** How long a request waits for an instance that sleeps. */
  wakeMs: 30_000,
  /** How long the head of a request may take to arrive, and all of it. */
  headersMs: 60_000,
  requestMs: 300_000,
  /** How long close() waits for requests in flight. */
  graceMs: 25_000,
  /** Sessions kept; the one not used for longest goes first. */
  sessions: 100_000,
  /** A session that is not used for so long is forgotten. */
  sessionIdleMs: 24 * 60 * 60_000,
}
export type Limits = typeof defaultLimits
