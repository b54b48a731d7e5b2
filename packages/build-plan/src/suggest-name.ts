import type { Settings } from './settings.ts'

/** What a server without a repository could be called: the last part of what it is made of. */
export function suggestName({ remote, image, openapi, start }: Settings): string | null {
  if (remote) return hostOf(remote.url)
  if (image) return withoutVersion(image)
  if (openapi) return hostOf(openapi.document)
  const isRunner = /^(?:-.*|dlx|exec|tool|run)$/
  const named = start?.slice(1).find((word) => !isRunner.test(word))
  return named === undefined ? null : withoutVersion(named)
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.replaceAll('.', '-') : null
}

/** `@scope/name@1.2`, `name==1.2`, `name[extra]` and `registry/name:1.2@sha256:...` without what follows the name. */
function withoutVersion(text: string): string {
  return text
    .replace(/(?<=.)@.*$/, '')
    .replace(/[[=<>~!].*$/, '')
    .replace(/:[^/]*$/, '')
}
