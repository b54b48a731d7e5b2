export const eventWords = {
  live: 'live',
  failed: 'failed',
  crash_loop: 'crash loop',
  test: 'test',
} as const

export type ChosenEvent = Exclude<keyof typeof eventWords, 'test'>
export const chosenEvents: ChosenEvent[] = ['live', 'failed', 'crash_loop']
