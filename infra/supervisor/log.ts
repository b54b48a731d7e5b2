import { styleText } from 'node:util'
import { formatLine } from './log-line.ts'

export type Log = {
  /** A line of an app or of the database. */
  line: (name: string, text: string) => void
  /** A line of our own. */
  say: (text: string) => void
  /** Does a piece of work and prints one line about it, with its time. */
  step: <T>(title: string, work: () => Promise<T>) => Promise<T>
  /** From here on lines are shown as they come. */
  show: () => void
  /** The lines kept back until now: what to look at when starting failed. */
  kept: () => string[]
}

const colors = {
  web: 'cyan',
  router: 'green',
  builder: 'yellow',
  git: 'magenta',
  postgres: 'blue',
} as const
const width = 8

/** Lines of all in one terminal, each with its origin. Until `show` they are kept, not printed. */
export function createLog(options: { shown: boolean }): Log {
  let shown = options.shown
  const kept: string[] = []
  const out = process.stdout
  // A closed terminal or pipe is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const print = (text: string) => out.write(`${text}\n`)
  return {
    line(name, text) {
      const line = `${paintName(name)} ${styleText('dim', '│')} ${formatLine(text)}`
      if (shown) return print(line)
      kept.push(line)
      if (kept.length > 300) kept.shift()
    },
    say: print,
    async step(title, work) {
      const startedAt = Date.now()
      const time = () => styleText('dim', `${((Date.now() - startedAt) / 1000).toFixed(1)}s`)
      const transient = out.isTTY && !shown
      if (transient) out.write(`  … ${title}`)
      const clear = transient ? '\r\u001b[K' : ''
      try {
        const result = await work()
        print(`${clear}  ${styleText('green', '✓')} ${title} ${time()}`)
        return result
      } catch (error) {
        print(`${clear}  ${styleText('red', '✗')} ${title} ${time()}`)
        throw error
      }
    },
    show() {
      shown = true
      kept.length = 0
    },
    kept: () => [...kept],
  }
}

function paintName(name: string): string {
  const color = Object.entries(colors).find(([key]) => key === name)?.[1] ?? 'white'
  return styleText(color, name.padEnd(width))
}
