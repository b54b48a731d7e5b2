import { AppError } from '@moorage/domain/error'

/** One signal for cancel and time cap, and the error to throw once it fired. */
export function buildDeadline(signal: AbortSignal, timeoutMs: number) {
  const timeout = AbortSignal.timeout(timeoutMs)
  return {
    signal: AbortSignal.any([signal, timeout]),
    /** The error for an ended build, or null where it was not ended from here. */
    error(): AppError | null {
      if (signal.aborted) return new AppError('canceled', 'The build was canceled.')
      if (!timeout.aborted) return null
      return new AppError('timed_out', `The build took longer than ${timeoutMs / 1000} seconds.`, {
        hint: 'Make the build smaller, or have the operator raise the time cap for builds.',
      })
    },
  }
}
