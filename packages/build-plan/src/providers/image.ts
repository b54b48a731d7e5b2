import { AppError } from '@moorage/domain/error'
import { parseDockerRun } from '../docker-run-command.ts'
import { nothingToDo } from '../plan.ts'
import type { Provider } from '../provider.ts'
import { settingsSchema } from '../settings.ts'

/** An image that exists already: named in the settings, or by a `docker run` command. */
export const image: Provider = {
  name: 'Image',
  detect(_tree, { rootDir, settings }) {
    const run = settings.start === undefined ? null : parseDockerRun(settings.start)
    const reference = settings.image ?? run?.image
    if (reference === undefined) return null
    checkReference(reference)
    const because =
      run === null
        ? 'moorage.json or the server’s settings name it'
        : 'the start command is a docker run of it'
    return {
      version: 1,
      kind: 'image',
      flavor: 'Image',
      rootDir,
      dockerfile: null,
      image: reference,
      base: null,
      packages: [],
      install: nothingToDo,
      build: nothingToDo,
      start: { command: run === null ? (settings.start ?? []) : [], env: run?.env ?? {} },
      port: 8000,
      path: '/mcp',
      // `docker run -i` is how a server on stdio is started from its image.
      transport: run === null ? 'streamable-http' : 'stdio',
      reasons: [{ choice: 'Image', value: reference, because }],
    }
  },
}

function checkReference(reference: string): void {
  if (settingsSchema.shape.image.safeParse(reference).success) return
  throw new AppError('plan_failed', 'The image is not named as an image reference.', {
    hint: 'Write it as registry.example/team/server:1.2, or with @sha256:….',
  })
}
