import { plain, type Terminal } from './terminal.ts'

/** Columns that align. Cells are plain text; the first row's names are dimmed. */
export function printTable(terminal: Terminal, names: string[], rows: string[][]): void {
  const cells = [names, ...rows].map((row) => row.map(plain))
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  for (const [index, row] of cells.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
    terminal.print(index === 0 ? terminal.colors.dim(line) : line)
  }
}
