const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** 214 B, 1.3 kB, 148 MB: decimal units, three figures at most. */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
