import { plain, type Terminal } from './terminal.ts'

/** How it goes, on stderr: lines that stay, and below them, for a person, one that moves. */
export type Progress = {
  line(text: string): void
  /** What is being done now. */
  state(text: string): void
  end(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function createProgress(terminal: Terminal): Progress {
  if (!terminal.interactive) return { line: terminal.note, state: () => {}, end: () => {} }
  let text = ''
  let since = Date.now()
  let frame = 0
  const clear = () => process.stderr.write('\r\u001b[2K')
  const draw = () => {
    const elapsed = Math.floor((Date.now() - since) / 1000)
    const tail = elapsed >= 2 ? ` ${elapsed} s` : ''
    const room = (process.stderr.columns || 80) - tail.length - 3
    clear()
    process.stderr.write(`${frames[frame++ % frames.length]} ${plain(text).slice(0, room)}${tail}`)
  }
  let timer: NodeJS.Timeout | null = null
  return {
    line(line) {
      if (timer) clear()
      terminal.note(line)
      if (timer) draw()
    },
    state(next) {
      if (next !== text) since = Date.now()
      text = next
      timer ??= setInterval(draw, 80)
    },
    end() {
      if (!timer) return
      clearInterval(timer)
      timer = null
      clear()
    },
  }
}
