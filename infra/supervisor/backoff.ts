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

/** 0.5 s, 1 s, 2 s and so on up to 30 s; `afterSteadyMs` after a steady run. */
export function createBackoff(afterSteadyMs = firstMs): Backoff {
  let deaths = 0
  return {
    nextDelayMs(ranMs) {
      const wasSteady = ranMs >= steadyMs
      deaths = wasSteady ? 1 : deaths + 1
      if (wasSteady) return afterSteadyMs
      return Math.min(longestMs, firstMs * 2 ** (deaths - 1))
    },
    deaths: () => deaths,
  }
}
