const names = ['localhost', '127.0.0.1', '[::1]']

/** The origin itself, and for a dashboard on this machine its other names: people type either. */
export function loopbackSpellings(dashboardUrl: string): string[] {
  const url = new URL(dashboardUrl)
  if (!names.includes(url.hostname)) return [url.origin]
  return names.map((name) => `${url.protocol}//${name}${url.port ? `:${url.port}` : ''}`)
}
