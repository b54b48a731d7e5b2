import cluster from 'node:cluster'
import process from 'node:process'
import { readEnv } from './env.ts'

// The process that is started holds the listening socket and keeps workers running; they are the
// router. So a worker can be replaced while the socket stays open.
const env = readEnv()
if (cluster.isPrimary) {
  const { runWorkers } = await import('./run-workers.ts')
  const { openPrivatePort } = await import('./private-port.ts')
  await openPrivatePort(env)
  runWorkers(env)
} else {
  // With the first process gone nobody would end a worker that hangs in its last listener.
  const first = process.ppid
  process.on('exit', () => {
    if (!process.connected || process.ppid !== first) process.kill(process.pid, 'SIGKILL')
  })
  const { runRouter } = await import('./run-router.ts')
  await runRouter(env)
}
