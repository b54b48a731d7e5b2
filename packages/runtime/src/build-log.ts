const lineMax = 8_000
const keptAfterCap = 50

/**
 * Hands lines on until `maxBytes` went through; of what comes after, only the last lines are kept
 * and handed on at the end, for they say why a build failed.
 */
export function cappedLog(onLog: (line: string) => void, maxBytes: number) {
  let bytes = 0
  let dropped = 0
  const tail: string[] = []
  return {
    line(text: string): void {
      const line = text.length > lineMax ? `${text.slice(0, lineMax)} [...]` : text
      bytes += Buffer.byteLength(line) + 1
      if (bytes <= maxBytes) {
        onLog(line)
        return
      }
      if (dropped === 0) onLog(`[log cut here: over ${maxBytes} bytes]`)
      dropped++
      tail.push(line)
      if (tail.length > keptAfterCap) tail.shift()
    },
    end(): void {
      if (dropped > tail.length) onLog(`[${dropped - tail.length} lines left out]`)
      for (const line of tail.splice(0)) onLog(line)
      dropped = 0
    },
  }
}

/** Cuts chunks of output into lines. Of a progress bar, redrawn with \r, only the last state stays. */
export function lineSplitter(onLine: (line: string) => void) {
  let rest = ''
  const emit = (line: string) => onLine(line.slice(line.lastIndexOf('\r') + 1))
  return {
    write(chunk: string): void {
      const lines = (rest + chunk).replaceAll('\r\n', '\n').split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) emit(line)
      // A line without an end must not grow in memory for ever.
      while (rest.length > 2 * lineMax) {
        emit(rest.slice(0, lineMax))
        rest = rest.slice(lineMax)
      }
    },
    end(): void {
      if (rest) emit(rest)
      rest = ''
    },
  }
}
