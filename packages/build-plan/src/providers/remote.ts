import { nothingToDo } from '../plan.ts'
import type { Provider } from '../provider.ts'

/** A server that runs elsewhere; calls go on to it. */
export const remote: Provider = {
  name: 'Remote',
  detect(_tree, { rootDir, settings }) {
    if (settings.remote === undefined) return null
    const url = new URL(settings.remote.url)
    const path = url.pathname
    return {
      version: 1,
      kind: 'remote',
      flavor: 'Remote',
      rootDir,
      dockerfile: null,
      remote: { url: url.href, headers: settings.remote.headers ?? {} },
      base: null,
      packages: [],
      install: nothingToDo,
      build: nothingToDo,
      start: { command: [], env: {} },
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      path,
      transport: /\/sse\/?$/.test(path) ? 'sse' : 'streamable-http',
      reasons: [
        {
          choice: 'Address',
          value: url.host,
          because: 'moorage.json or the server’s settings name it',
        },
      ],
    }
  },
}
