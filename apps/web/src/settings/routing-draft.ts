import type { Routing } from '@moorage/domain/routing'
import { limitOf, limitText } from '../parts/limit-field.tsx'

/** How a server is routed, as a form holds it. */
export type RoutingDraft = Record<(typeof limits)[number]['name'], string> & {
  reopenSessions: boolean
  listWhileAsleep: boolean
  keepPayloads: boolean
  redact: string
  guardedTools: string
  /** Minutes; nothing is never. */
  pauseAfter: string
  stopAfter: string
}

export const limits = [
  { name: 'callsPerMinute', label: 'Calls a minute', whose: 'of all callers together' },
  { name: 'concurrentCalls', label: 'Calls at once', whose: 'of all callers together' },
  { name: 'callsPerMinutePerCaller', label: 'Calls a minute', whose: 'of each caller' },
  { name: 'concurrentCallsPerCaller', label: 'Calls at once', whose: 'of each caller' },
] as const

export function toDraft(routing: Routing): RoutingDraft {
  const { reopenSessions, listWhileAsleep, keepPayloads, redact, guardedTools } = routing
  return {
    callsPerMinute: limitText(routing.callsPerMinute),
    concurrentCalls: limitText(routing.concurrentCalls),
    callsPerMinutePerCaller: limitText(routing.callsPerMinutePerCaller),
    concurrentCallsPerCaller: limitText(routing.concurrentCallsPerCaller),
    ...{ reopenSessions, listWhileAsleep, keepPayloads, redact: redact.join(', ') },
    guardedTools: guardedTools.join(', '),
    pauseAfter: minutesText(routing.pauseAfterSeconds),
    stopAfter: minutesText(routing.stopAfterSeconds),
  }
}

export function fromDraft(draft: RoutingDraft): Partial<Routing> {
  const { reopenSessions, listWhileAsleep, keepPayloads, redact, guardedTools } = draft
  return {
    callsPerMinute: limitOf(draft.callsPerMinute),
    concurrentCalls: limitOf(draft.concurrentCalls),
    callsPerMinutePerCaller: limitOf(draft.callsPerMinutePerCaller),
    concurrentCallsPerCaller: limitOf(draft.concurrentCallsPerCaller),
    ...{ reopenSessions, listWhileAsleep, keepPayloads, redact: namesOf(redact) },
    guardedTools: namesOf(guardedTools),
    pauseAfterSeconds: secondsOf(draft.pauseAfter),
    stopAfterSeconds: secondsOf(draft.stopAfter),
  }
}

function namesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}

function minutesText(seconds: number | null): string {
  return seconds === null ? '' : String(Math.round(seconds / 0.6) / 100)
}

function secondsOf(minutes: string): number | null {
  return minutes === '' ? null : Math.round(Number(minutes) * 60)
}
