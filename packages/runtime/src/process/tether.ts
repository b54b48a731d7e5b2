import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { killGroup } from './live-process.ts'

/**
 * A program: runs one command of a build as a process group of its own, and ends the whole group
 * when the command ends or the builder is gone, however it went. The channel to the builder is
 * what tells: the kernel closes it with the builder.
 */
const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { detached: true, stdio: 'inherit' })

const end = () => {
  if (child.pid) killGroup(child.pid, 'SIGKILL')
}
process.on('disconnect', end)
process.on('SIGTERM', end)
child.on('error', (error: NodeJS.ErrnoException) => {
  process.stderr.write(
    `${command}: ${error.code === 'ENOENT' ? 'command not found' : error.message}\n`,
  )
  process.exitCode = 127
  process.disconnect?.()
})
child.on('exit', (code, signal) => {
  end()
  process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1)
  process.removeListener('disconnect', end)
  if (process.connected) process.disconnect?.()
})
