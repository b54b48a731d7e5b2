#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { readEnv } from './env.ts'

// Halves the time to start from the second time on. In the user's own cache: what lies in a shared
// one could be another's.
enableCompileCache(readEnv().cacheDir)
const { runCli } = await import('./cli.ts')
await runCli()
