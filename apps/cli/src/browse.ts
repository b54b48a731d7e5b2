import { spawn } from 'node:child_process'

/** Opens an address in the browser; where there is none, the printed address is all there is. */
export function browse(url: string): void {
  const [file, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]]
  spawn(file, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
