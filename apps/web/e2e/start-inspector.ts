import { findServers } from '@moorage/build-plan/find-servers'
import { readDirectory } from '@moorage/build-plan/read-directory'
import { createInspectionWorker, type JobWorker } from '@moorage/bus/jobs'
import { finishInspection } from '@moorage/deployments/inspection'
import type { Opened } from './open-dashboard.ts'

/**
 * Takes inspections as the builder does, and looks at a directory where the builder would look at
 * a clone; a repository whose name holds "missing" cannot be fetched.
 */
export function startInspector(
  { db, events, databaseUrl }: Pick<Opened, 'db' | 'events' | 'databaseUrl'>,
  directory: string,
): JobWorker {
  return createInspectionWorker({
    databaseUrl,
    concurrency: 1,
    onError: (error) => console.error(error),
    handle: async (id) => {
      const inspection = await db.inspection.findUniqueOrThrow({ where: { id } })
      const end = inspection.repoUrl.includes('missing')
        ? { failure: { message: 'The repository was not found.', hint: 'Is the URL right?' } }
        : { result: await look(directory) }
      await finishInspection({ db, events }, inspection, end)
      return 'done'
    },
  })
}

async function look(directory: string) {
  const servers = findServers(await readDirectory(directory)).map(({ rootDir, plan, failure }) =>
    plan
      ? { rootDir, plan }
      : { rootDir, failure: { message: failure.userMessage, hint: failure.hint } },
  )
  return { commitSha: 'c0ffee'.padEnd(40, '0'), branch: 'main', servers }
}
