import type { Preview, Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import type { Deps } from './deps.ts'

/** Names a preview of a server in a team that the caller was authorised for. */
export type PreviewTarget = { teamId: string; serverId: string; name: string }

/** Throws `not_found` for another team's. */
export async function findPreview(
  deps: Pick<Deps, 'db'>,
  { teamId, serverId, name }: PreviewTarget,
): Promise<Preview & { server: Server }> {
  const preview = await deps.db.preview.findFirst({
    where: { name, serverId, server: { teamId } },
    include: { server: true },
  })
  if (!preview)
    throw new AppError('not_found', `This server has no preview "${name}".`, {
      hint: 'It may have ended with its branch. What there is: moorage previews',
    })
  return preview
}
