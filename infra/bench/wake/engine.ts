import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

const containerSchema = z.object({
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()) }),
  HostConfig: z.unknown(),
  State: z.object({ Status: z.string() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullable()),
  }),
})

/** The engine's own API, as `docker` is a process that takes its time to start. */
export function createEngine() {
  const inspect = async (id: string) =>
    containerSchema.parse(await ask('GET', `/containers/${id}/json`))
  return {
    inspect,
    /** The container that a deployment runs in. */
    containerOf: async (deploymentId: string): Promise<string> => {
      const label = [`dev.moorage.deployment=${deploymentId}`]
      const filters = encodeURIComponent(JSON.stringify({ label }))
      const found = await ask('GET', `/containers/json?filters=${filters}`)
      const [first] = z.array(z.object({ Id: z.string() })).parse(found)
      if (!first) throw new Error('no container')
      return first.Id
    },
    isIn: async (id: string, state: string): Promise<void> => {
      for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100))
        if ((await inspect(id)).State.Status === state) return sleep(500)
      throw new Error(`the container is not ${state}`)
    },
    create: async (options: object): Promise<string> =>
      z.object({ Id: z.string() }).parse(await ask('POST', '/containers/create', options)).Id,
    start: (id: string) => ask('POST', `/containers/${id}/start`),
    stop: (id: string) => ask('POST', `/containers/${id}/stop?t=5`),
    remove: (id: string) => ask('DELETE', `/containers/${id}?force=1&v=1`),
    address: async (id: string): Promise<string> => {
      const { Ports } = (await inspect(id)).NetworkSettings
      const port = Object.values(Ports).flatMap((list) => list ?? [])[0]?.HostPort
      return `127.0.0.1:${port}`
    },
  }
}

/** Another container, made just as that one is, that no platform knows. */
export async function copyOf(engine: ReturnType<typeof createEngine>, id: string): Promise<string> {
  const { Config, HostConfig } = await engine.inspect(id)
  return engine.create({ ...Config, Hostname: '', Labels: {}, HostConfig })
}

function ask(method: string, path: string, body?: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const socketPath = '/var/run/docker.sock'
  const headers = { Host: 'engine', 'Content-Type': 'application/json' }
  const asking = request({ socketPath, method, path, headers }, (response) => {
    let text = ''
    response.on('data', (chunk) => {
      text += chunk
    })
    response.on('error', reject)
    response.on('end', () => {
      if ((response.statusCode ?? 500) >= 400) reject(new Error(`${path}: ${text}`))
      else resolve(text ? JSON.parse(text) : null)
    })
  })
  asking.on('error', reject)
  asking.end(body ? JSON.stringify(body) : undefined)
  return promise
}
