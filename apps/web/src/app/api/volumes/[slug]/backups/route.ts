import { answerHttp } from '@moorage/api/answer-http'
import { receiveBackup } from '@moorage/api/backup-transfer'
import { AppError } from '@moorage/domain/error'
import { apiContext } from '../../../../../server/api-context.ts'
import { backupStore } from '../../../../../server/backup-store.ts'
import { isForeignChange } from '../../../../../server/is-foreign-change.ts'

export const dynamic = 'force-dynamic'

/** A file becomes a backup of a server's volume. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ slug: string }> },
): Promise<Response> {
  return answerHttp('backup', async () => {
    const context = await apiContext(request.headers)
    if (isForeignChange(request, context))
      throw new AppError('forbidden', 'This request did not come from the dashboard.')
    return receiveBackup(context, backupStore(), await params, request.body)
  })
}
