import { type Logger, pino } from 'pino'

export function createLogger(): Logger {
  // Not by pino's own writer: that one tries for ever to write its last lines to a pipe that nobody reads.
  process.stdout.on('error', () => {})
  return pino({ name: 'router', serializers: { error: pino.stdSerializers.err } }, process.stdout)
}
