import type { Db, LogStream, Prisma, RequestLog } from '@moorage/db/client'

/** Which lines: always of one server that the caller was authorised for. */
export type LogFilter = {
  serverId: string
  deploymentId?: string | undefined
  streams?: LogStream[] | undefined
  /** Lines that contain this text, in any case. */
  search?: string | undefined
}

/** `id` is the cursor: a decimal number that grows. */
export type LogEntry = {
  id: string
  deploymentId: string
  instanceId: string | null
  stream: LogStream
  at: Date
  text: string
}

export type Page = { after?: string | undefined; before?: string | undefined; limit: number }

/** Oldest first. With `after`: the lines that follow it; otherwise the newest, or the newest before `before`. */
export async function queryLogs(
  deps: { db: Db },
  filter: LogFilter,
  page: Page,
): Promise<LogEntry[]> {
  const where: Prisma.LogLineWhereInput = {
    serverId: filter.serverId,
    ...(filter.deploymentId ? { deploymentId: filter.deploymentId } : {}),
    ...(filter.streams ? { stream: { in: filter.streams } } : {}),
    ...(filter.search ? { text: { contains: filter.search, mode: 'insensitive' } } : {}),
    ...idRange(page),
  }
  const forward = page.after !== undefined
  const rows = await deps.db.logLine.findMany({
    where,
    orderBy: { id: forward ? 'asc' : 'desc' },
    take: page.limit,
  })
  if (!forward) rows.reverse()
  return rows.map(({ serverId: _, ...row }) => ({ ...row, id: row.id.toString() }))
}

/** The bodies are null where they were not kept, and where they were not asked for. */
export type RequestEntry = Omit<RequestLog, 'id' | 'serverId'> & { id: string }

export type RequestFilter = {
  serverId: string
  failedOnly?: boolean | undefined
  /** With what was asked and answered, where it was kept. */
  payloads?: boolean | undefined
}

/** Same order and paging as queryLogs. */
export async function queryRequests(
  deps: { db: Db },
  filter: RequestFilter,
  page: Page,
): Promise<RequestEntry[]> {
  const forward = page.after !== undefined
  const rows = await deps.db.requestLog.findMany({
    where: {
      serverId: filter.serverId,
      ...(filter.failedOnly
        ? { OR: [{ status: { gte: 400 } }, { rpcErrorCode: { not: null } }] }
        : {}),
      ...idRange(page),
    },
    orderBy: { id: forward ? 'asc' : 'desc' },
    take: page.limit,
    omit: filter.payloads ? {} : { requestBody: true, responseBody: true },
  })
  if (!forward) rows.reverse()
  return rows.map(requestEntry)
}

/** One of them, whole, and the deployment that it went to; null where there is none. */
export async function findRequest(
  deps: { db: Db },
  filter: { serverId: string; id: string },
): Promise<(RequestEntry & { deploymentId: string | null }) | null> {
  const { serverId } = filter
  const row = await deps.db.requestLog.findFirst({ where: { serverId, id: BigInt(filter.id) } })
  if (!row) return null
  const instance = row.instanceId
    ? await deps.db.instance.findFirst({ where: { id: row.instanceId, serverId } })
    : null
  return { ...requestEntry(row), deploymentId: instance?.deploymentId ?? null }
}

type Bodies = 'requestBody' | 'responseBody'

function requestEntry({
  serverId: _,
  ...row
}: Omit<RequestLog, Bodies> & Partial<Pick<RequestLog, Bodies>>): RequestEntry {
  return { requestBody: null, responseBody: null, ...row, id: row.id.toString() }
}

/** Lines of request logs, of all servers, that the routers which run now had to drop. */
export async function lostRequests(deps: { db: Db }): Promise<number> {
  const { _sum } = await deps.db.routerNode.aggregate({ _sum: { lostRows: true } })
  return _sum.lostRows ?? 0
}

function idRange(page: Page) {
  if (page.after !== undefined) return { id: { gt: BigInt(page.after) } }
  if (page.before !== undefined) return { id: { lt: BigInt(page.before) } }
  return {}
}
