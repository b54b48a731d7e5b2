import { spawn } from 'node:child_process'
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

function browse(url: string): void {
  const [file, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]]
  // Where there is no browser, the printed address is all there is.
  spawn(file, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
