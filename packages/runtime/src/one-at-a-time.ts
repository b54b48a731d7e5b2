/** Runs steps under one key one after the other, and steps under different keys side by side. */
export function oneAtATime() {
  const last = new Map<string, Promise<unknown>>()
  return <T>(key: string, step: () => Promise<T>): Promise<T> => {
    const before = last.get(key) ?? Promise.resolve()
    const run = before.then(step, step)
    last.set(key, run)
    const forget = () => {
      if (last.get(key) === run) last.delete(key)
    }
    run.then(forget, forget)
    return run
  }
}
