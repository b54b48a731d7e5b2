const steps: [limitSeconds: number, unitSeconds: number, name: string][] = [
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [86_400 * 30, 86_400, 'd'],
  [86_400 * 365, 86_400 * 30, 'mo'],
  [Number.POSITIVE_INFINITY, 86_400 * 365, 'y'],
]

/** "now", "12 min ago", "in 3 d". */
export function relativeTime(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000
  const distance = Math.abs(seconds)
  if (distance < 10) return 'now'
  if (distance < 60) return say(Math.floor(distance / 10) * 10, 's', seconds)
  const step = steps.find(([limit]) => distance < limit)
  return step ? say(Math.floor(distance / step[1]), step[2], seconds) : 'long ago'
}

function say(count: number, unit: string, seconds: number): string {
  return seconds >= 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`
}
