const telling =
  /\b\w*(error|exception)\b|\b(fatal|panic|traceback|failed|cannot|could not|not found|denied|refused|missing|undefined|unresolved|no such|killed|out of memory)\b|^E\s|\berr!/i
/** What tools say about themselves after the fault. */
const trailing =
  /^\s*at |exit (code|status)|exited with|\[notice\]|complete log of this run|process "?\/bin\/sh|^-+$|warning|deprecat/i

/** The line that says why, as an index: the last one that names a fault rather than reports the end. */
export function lineThatMatters(lines: string[]): number {
  const named = lines.findLastIndex((line) => telling.test(line) && !trailing.test(line))
  if (named >= 0) return named
  const anyFault = lines.findLastIndex((line) => telling.test(line))
  if (anyFault >= 0) return anyFault
  return lines.findLastIndex((line) => line.trim() !== '')
}
