import Anser from 'anser'

export type AnsiPart = {
  text: string
  /** A name of the theme's palette, or `rgb(...)` where the program chose an exact colour. */
  color: string | null
  bold: boolean
  dim: boolean
}

const esc = '\u001b'
/** Cursor movements, erasures, titles: they mean nothing in a line that stands for itself. */
const otherSequences = new RegExp(
  `${esc}\\[[0-9;?]*[A-LN-Za-ln-z]|${esc}\\][^\u0007${esc}]*(?:\u0007|${esc}\\\\)`,
  'g',
)

/** A line of a log in parts of one look each. */
export function parseAnsi(line: string): AnsiPart[] {
  if (!line.includes(esc)) return [{ text: line, color: null, bold: false, dim: false }]
  const options = { json: true, remove_empty: true, use_classes: true }
  return Anser.ansiToJson(line.replace(otherSequences, ''), options).map((part) => ({
    text: part.content,
    color: part.fg ? colorOf(part.fg, part.fg_truecolor) : null,
    bold: part.decorations.includes('bold'),
    dim: part.decorations.includes('dim'),
  }))
}

function colorOf(name: string, exact: string): string | null {
  if (name === 'ansi-truecolor') return `rgb(${exact})`
  const index = /^ansi-palette-(\d+)$/.exec(name)?.[1]
  if (index !== undefined) return paletteColor(Number(index))
  const basic = /^ansi-(?:bright-)?(\w+)$/.exec(name)?.[1]
  return basic ? `var(--ansi-${basic})` : null
}

/** xterm's 256 colours: sixteen names, a cube of six steps a side, a ramp of greys. */
function paletteColor(index: number): string | null {
  const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
  if (index < 16) return `var(--ansi-${names[index % 8]})`
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return `rgb(${grey}, ${grey}, ${grey})`
  }
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40)
  const cube = index - 16
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6]
  return `rgb(${step(red)}, ${step(green)}, ${step(blue)})`
}
