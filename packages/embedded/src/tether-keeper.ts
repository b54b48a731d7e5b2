import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { TetherOrder, TetherReport } from './tether.ts'

let program: ChildProcess | null = null
let order: TetherOrder | null = null
let ending = false

process.once('message', (message: TetherOrder) => {
  order = message
  program = start(message)
})
process.on('disconnect', end)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.on('SIGHUP', end)

function start(wanted: TetherOrder): ChildProcess {
  const child = spawn(wanted.file, wanted.args, {
    env: wanted.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(wanted.cwd && { cwd: wanted.cwd }),
  })
  child.on('spawn', () => report({ type: 'started', pid: child.pid ?? 0 }))
  child.on('error', (error) => {
    report({ type: 'failed', message: error.message })
    process.exit(1)
  })
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => report({ type: 'line', line }))
  }
  child.on('exit', (code, signal) => {
    report({ type: 'ended', code, signal })
    process.exit(0)
  })
  return child
}

function end(): void {
  if (ending) return
  ending = true
  if (!program || !order) process.exit(0)
  const kept = program
  kept.kill(order.stopSignal)
  setTimeout(() => kept.kill('SIGKILL'), order.graceMs)
}

function report(message: TetherReport): void {
  // Whoever started us may be gone: that is what we are here for.
  if (process.connected) process.send?.(message, () => {})
}
