import { type Logger, pino } from 'pino'

export function createLogger(): Logger {
  return pino({ name: 'router', serializers: { error: pino.stdSerializers.err } })
}
