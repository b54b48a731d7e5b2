import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '@moorage/build-plan/settings'
import { z } from 'zod'
import type { Platform } from './platform.ts'

const failureSchema = z.object({
  step: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  lastLines: z.array(z.string()),
})
const deploymentSchema = z.object({
  id: z.string(),
  status: z.string(),
  durationMs: z.number().nullable(),
  imageSizeBytes: z.number().nullable(),
  plan: z.object({ flavor: z.string(), transport: z.string() }).nullable(),
  failure: failureSchema.nullable(),
})
const serverSchema = z.object({ url: z.string(), latest: deploymentSchema.nullable() })

/** What a user has: files, or null where the settings are all there is. */
export type NewServer = {
  slug: string
  dir: string | null
  settings: Settings
  env: Record<string, string>
}

export type Deployed = {
  url: string
  flavor: string
  transport: string
  durationMs: number
  imageSizeBytes: number | null
}

/** Makes the server with its settings and variables, and stays until it is live. Throws why not. */
export async function deployServer(platform: Platform, server: NewServer): Promise<Deployed> {
  const { slug, dir, settings, env } = server
  const source = dir === null ? 'settings' : 'git'
  await callApi(platform, 'servers.create', { slug, source, settings, env })
  if (dir !== null) {
    const sent = await platform.moorage('deploy', dir, '--server', slug, '--no-wait')
    if (sent.exitCode !== 0) throw new Error(sent.stderr || sent.stdout)
  }
  return await untilDone(platform, slug)
}

async function untilDone(platform: Platform, slug: string): Promise<Deployed> {
  const startedAt = Date.now()
  for (;;) {
    const server = serverSchema.parse(await callApi(platform, 'servers.get', { slug }))
    const { latest, url } = server
    if (latest?.status === 'live' && latest.plan) {
      const { durationMs, imageSizeBytes } = latest
      return { url, ...latest.plan, durationMs: durationMs ?? 0, imageSizeBytes }
    }
    if (latest?.failure) throw new Error(explain(latest.failure))
    const limitMs = latest === null ? 30_000 : 1_000_000
    if (Date.now() - startedAt > limitMs)
      throw new Error(`After ${limitMs / 1000} s it is ${latest?.status ?? 'not deployed'}.`)
    await sleep(250)
  }
}

function explain({ step, message, hint, lastLines }: z.infer<typeof failureSchema>): string {
  return [`${step}: ${message}`, hint ?? '', ...lastLines.slice(-5)].filter(Boolean).join('\n')
}

/** As the dashboard and the CLI call it. */
async function callApi(platform: Platform, procedure: string, input: object): Promise<unknown> {
  const url = new URL(`/api/trpc/${procedure}`, platform.ready.dashboardUrl)
  const headers = {
    authorization: `Bearer ${platform.ready.adminApiKey}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ json: input })
  const isQuery = procedure.endsWith('.get')
  if (isQuery) url.searchParams.set('input', body)
  const answer = await fetch(url, { headers, ...(isQuery ? {} : { method: 'POST', body }) })
  const { result, error } = (await answer.json()) as {
    result?: { data: { json: unknown } }
    error?: { json: { message: string } }
  }
  if (error) throw new Error(error.json.message)
  return result?.data.json
}
