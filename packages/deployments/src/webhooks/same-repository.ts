/**
 * Whether two addresses lead to the same repository: by host and path, whatever the protocol, the
 * user, the port and the case. GitHub, GitLab and the others all take either case.
 */
export function isSameRepository(a: string, b: string): boolean {
  const [first, second] = [place(a), place(b)]
  return first !== null && first === second
}

function place(address: string): string | null {
  const scp = /^[\w.-]+@([\w.-]+):(?!\/\/)(.+)$/.exec(address)
  const text = scp ? `ssh://${scp[1]}/${scp[2]}` : address
  if (!URL.canParse(text)) return null
  const { hostname, pathname } = new URL(text)
  const path = pathname.replace(/\/+/g, '/').replace(/\/$/, '')
  return `${hostname}${path.replace(/\.git$/, '')}`.toLowerCase()
}
