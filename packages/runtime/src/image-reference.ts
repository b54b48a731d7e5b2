import { AppError } from '@moorage/domain/error'

/** An image's name in its parts; the registry is the one that the engine would ask. */
export type ImageReference = {
  /** Host and perhaps port, such as `docker.io` or `registry.example.com:5000`. */
  registry: string
  /** As it was written, without tag and digest. */
  repository: string
  tag: string
  digest: string | null
}

const pattern =
  /^((?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/

/**
 * Reads `[registry/]repository[:tag][@digest]` (github.com/distribution/reference). Throws
 * `bad_input` for what is none.
 */
export function parseImageReference(text: string): ImageReference {
  const [, repository, tag, digest] = (text.length <= 500 && pattern.exec(text)) || []
  if (!repository)
    throw new AppError('bad_input', `"${text.slice(0, 100)}" is no name of an image.`, {
      hint: 'For example: ghcr.io/owner/server:1.2, or mcp/time@sha256:...',
    })
  const [first = '', ...rest] = repository.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  return {
    registry: isHost ? first : 'docker.io',
    repository,
    tag: tag ?? 'latest',
    digest: digest ?? null,
  }
}
