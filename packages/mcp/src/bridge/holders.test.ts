import { expect, test } from 'vitest'
import { createHolders, type Holder, type Holders } from './holders.ts'

/** One that was idle for so long; null: it is busy. */
async function hold(holders: Holders, idleMs: number | null): Promise<{ ended: string[] }> {
  expect(await holders.admit()).toBe(true)
  const ended: string[] = []
  const holder: Holder = {
    idleSince: () => (idleMs === null ? null : Date.now() - idleMs),
    async end(why) {
      ended.push(why)
      holders.release(holder)
    },
  }
  holders.add(holder)
  return { ended }
}

test('at the cap the one that was idle for longest makes room', async () => {
  const holders = createHolders(3, 3_600_000)
  const short = await hold(holders, 70_000)
  const long = await hold(holders, 80_000)
  const busy = await hold(holders, null)
  expect(await holders.admit()).toBe(true)
  expect([short.ended.length, long.ended.length, busy.ended.length]).toEqual([0, 1, 0])
})

test('one that is busy, or was so in the last minute, is not put out', async () => {
  const holders = createHolders(2, 3_600_000)
  await hold(holders, 50_000)
  await hold(holders, null)
  expect(await holders.admit()).toBe(false)
})

test('at the end all of them end, the busy too', async () => {
  const holders = createHolders(2, 3_600_000)
  const all = [await hold(holders, null), await hold(holders, 0)]
  await holders.endAll()
  expect(all.map(({ ended }) => ended)).toEqual([
    ['the bridge is stopping'],
    ['the bridge is stopping'],
  ])
})
