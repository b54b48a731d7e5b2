import type { RuntimeDriver } from '@moorage/runtime/driver'
import type { Env } from './env.ts'

export async function createDriver(_env: Env): Promise<RuntimeDriver> {
  throw new Error('wired when the drivers stand')
}
