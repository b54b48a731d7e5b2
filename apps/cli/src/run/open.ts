import { browse } from '../browse.ts'
import { chooseSlug } from '../choose-slug.ts'
import { findServer } from '../find-server.ts'
import type { Session } from '../session.ts'

/** Opens the page of the server, or the dashboard; without a terminal it only says where that is. */
export async function open(session: Session, named: string | undefined): Promise<void> {
  const { terminal, platform } = session
  const slug = await chooseSlug(session, named).catch(() => null)
  const server = slug === null ? null : await findServer(session, slug)
  if (named && !server) await session.api.servers.get.query({ slug: named })
  const url = server ? `${platform.url}/servers/${server.slug}` : platform.url
  if (terminal.json) return terminal.printJson({ url })
  terminal.print(url)
  if (terminal.interactive) browse(url)
}
