const firstMs = 500
const longestMs = 30_000
/** Up for so long, and the next death is a first one again. */
const steadyMs = 30_000

export type Backoff = {
  /** How long to wait before the next start, after a run of so long. */
  nextDelayMs: (ranMs: number) => number
  /** Deaths in a row, none of them after a steady run. */
  deaths: () => number
}

/** 0.5 s, 1 s, 2 s and so on up to 30 s. */
export function createBackoff(): Backoff {
  let deaths = 0
  return {
    nextDelayMs(ranMs) {
      deaths = ranMs >= steadyMs ? 1 : deaths + 1
      return Math.min(longestMs, firstMs * 2 ** (deaths - 1))
    },
    deaths: () => deaths,
  }
}
