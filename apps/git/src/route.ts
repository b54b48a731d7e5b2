export type Service = 'git-receive-pack' | 'git-upload-pack'

export type Route =
  | { kind: 'health' }
  | { kind: 'info-refs'; slug: string; service: Service }
  | { kind: 'service'; slug: string; service: Service }
  | { kind: 'dumb'; slug: string }

const services: readonly string[] = ['git-receive-pack', 'git-upload-pack'] satisfies Service[]

/**
 * What a request is about, or null. The path is matched as it came, undecoded: nothing but letters,
 * digits and hyphens ever becomes a slug.
 */
export function parseRoute(method: string, url: string): Route | null {
  const [path = '', query = ''] = url.split('?', 2)
  if (path === '/healthz' && (method === 'GET' || method === 'HEAD')) return { kind: 'health' }
  const match =
    /^\/([a-z0-9-]{3,80})(?:\.git)?\/(info\/refs|git-receive-pack|git-upload-pack)$/.exec(path)
  const slug = match?.[1]
  const rest = match?.[2]
  if (!slug || !rest) return null
  if (rest !== 'info/refs')
    return method === 'POST' && isService(rest) ? { kind: 'service', slug, service: rest } : null
  if (method !== 'GET') return null
  const service = new URLSearchParams(query).get('service')
  return service !== null && isService(service)
    ? { kind: 'info-refs', slug, service }
    : { kind: 'dumb', slug }
}

function isService(text: string): text is Service {
  return services.includes(text)
}
