import { join } from 'node:path'
import { migrate } from '@moorage/db/migrate'
import { tryLock } from '../bootstrap/lock.mjs'
import { appEnv, urlsOf } from './app-env.ts'
import { type Apps, startApps } from './apps.ts'
import { buildSettings } from './build-settings.ts'
import { type Database, makeDataDir, openDatabase } from './database.ts'
import { firstRun } from './first-run.ts'
import { createLog, type Log } from './log.ts'
import { root, type StartOptions } from './options.ts'
import { choosePorts } from './ports.ts'
import { readReady, removeReady, writeReady } from './ready-file.ts'
import { loadState } from './state.ts'
import { createStop, type Stop } from './stop.ts'
import { printSummary } from './summary.ts'
import { buildWeb, webIsBuilt } from './web-build.ts'

/** Starts everything, keeps it up until it is asked to stop, and ends it. Gives the exit code. */
export async function runPlatform(options: StartOptions): Promise<number> {
  makeDataDir(options.dataDir)
  const lock = await tryLock(join(options.dataDir, 'supervisor.lock'))
  if (!lock.held) return sayItRuns(options.dataDir, lock.holderPid)
  const log = createLog({ shown: options.verbose })
  const stop = createStop(log)
  removeReady(options.dataDir)
  try {
    return await runLocked(options, log, stop)
  } finally {
    lock.release()
  }
}

async function runLocked(options: StartOptions, log: Log, stop: Stop): Promise<number> {
  const running: { database?: Database; apps?: Apps } = {}
  try {
    await start(options, log, stop, running)
    await stop.asked
    return 0
  } catch (error) {
    if (stop.signal.aborted) return 0
    for (const line of log.kept()) log.say(line)
    log.say(`\nMoorage could not start: ${error instanceof Error ? error.message : error}`)
    return 1
  } finally {
    removeReady(options.dataDir)
    await running.apps?.stop(stop.hurry)
    await running.database?.stop()
    log.say('Stopped.')
  }
}

async function start(
  options: StartOptions,
  log: Log,
  stop: Stop,
  running: { database?: Database; apps?: Apps },
): Promise<void> {
  const state = loadState(options.dataDir)
  const database = await log.step('database', async () => {
    const opened = await openDatabase(
      process.env.DATABASE_URL,
      options.dataDir,
      state.postgresPassword,
      log,
    )
    running.database = opened
    await migrate(opened.url)
    return opened
  })
  if (!webIsBuilt()) await log.step('dashboard built', () => buildWeb(stop.signal))
  stop.signal.throwIfAborted()
  const found = await buildSettings(process.env, options, log)
  const { ports, notes } = await choosePorts(options.portBase)
  for (const note of notes) log.say(`  ! ${note}`)
  const env = { ...appEnv(process.env, options, state, database, ports), ...found }
  const urls = urlsOf(ports)
  const apps = startApps(env, log)
  running.apps = apps
  await log.step('web, router, builder, git', () => apps.ready(urls, stop.signal))
  const context = { options, state, urls, databaseUrl: database.url, log, signal: stop.signal }
  const { ready, setupUrl } = await firstRun(context)
  stop.signal.throwIfAborted()
  writeReady(options.dataDir, ready)
  printSummary(log, { ready, setupUrl, runtime: apps.runtime(), root })
  log.show()
}

function sayItRuns(dataDir: string, holderPid: number): number {
  const ready = readReady(dataDir)
  const where = ready ? `Its dashboard: ${ready.dashboardUrl}` : 'It is not ready yet.'
  console.error(`Moorage runs already on ${dataDir} (process ${holderPid}). ${where}`)
  console.error('Stop that one first, or set MOORAGE_DATA_DIR to start another beside it.')
  return 1
}
