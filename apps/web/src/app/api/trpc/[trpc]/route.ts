import { appRouter } from '@moorage/api/app-router'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { readEnv } from '../../../../env.ts'
import { apiContext } from '../../../../server/api-context.ts'
import { isSameOrigin } from '../../../../server/same-origin.ts'

export const dynamic = 'force-dynamic'

export { handle as GET, handle as POST }

/** A cookie travels with what a foreign page sends, so it alone may change nothing. */
async function handle(request: Request): Promise<Response> {
  const context = await apiContext(request.headers)
  const changes = request.method !== 'GET'
  const foreign = !isSameOrigin(request.headers, readEnv().MOORAGE_DASHBOARD_URL)
  if (context.credential === 'cookie' && changes && foreign)
    return Response.json(
      { error: { message: 'This request did not come from the dashboard.' } },
      { status: 403 },
    )
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => context,
    responseMeta: ({ type }) =>
      type === 'subscription' ? {} : { headers: new Headers({ 'cache-control': 'no-store' }) },
  })
}
