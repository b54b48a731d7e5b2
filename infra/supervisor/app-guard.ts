import { rmSync } from 'node:fs'

// Loaded into every app before its own code, for the case that the supervisor is killed outright.

/** An app shuts down by itself when the channel closes; one that hangs doing so is ended. */
const patienceMs = 15_000
const supervisor = process.ppid
process.on('disconnect', () => {
  const { MOORAGE_READY_FILE } = process.env
  if (MOORAGE_READY_FILE) rmSync(MOORAGE_READY_FILE, { force: true })
  setTimeout(() => process.exit(1), patienceMs).unref()
})
// Before anyone else's, for one that hangs in its last listener: nobody is left to end it, or to read
// its exit code. Either sign can come first: a process that is killed loses its files, then its children.
process.prependListener('exit', () => {
  if (!process.connected || process.ppid !== supervisor) process.kill(process.pid, 'SIGKILL')
})

// The log's reader is gone then, and the error of a broken pipe would cut the shut-down short.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
