import { answerHttp } from '@moorage/api/answer-http'
import { sendBackup } from '@moorage/api/backup-transfer'
import { apiContext } from '../../../../../../server/api-context.ts'
import { backupStore } from '../../../../../../server/backup-store.ts'

export const dynamic = 'force-dynamic'

/** A backup of a server's volume, as a file. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ slug: string; id: string }> },
): Promise<Response> {
  return answerHttp('backup', async () =>
    sendBackup(await apiContext(request.headers), backupStore(), await params),
  )
}
