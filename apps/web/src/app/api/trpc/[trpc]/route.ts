import { appRouter } from '@moorage/api/app-router'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { apiContext } from '../../../../server/api-context.ts'
import { isForeignChange } from '../../../../server/is-foreign-change.ts'
import { withinCap } from '../../../../server/within-cap.ts'

export const dynamic = 'force-dynamic'

export { handle as GET, handle as POST }

async function handle(request: Request): Promise<Response> {
  const context = await apiContext(request.headers)
  if (isForeignChange(request, context))
    return Response.json(
      { error: { message: 'This request did not come from the dashboard.' } },
      { status: 403 },
    )
  return withinCap(request, 16, (req) =>
    fetchRequestHandler({
      endpoint: '/api/trpc',
      req,
      router: appRouter,
      // As many as the dashboard asks for at once: see api-provider.tsx.
      maxBatchSize: 50,
      createContext: () => context,
      responseMeta: ({ type }) =>
        type === 'subscription' ? {} : { headers: new Headers({ 'cache-control': 'no-store' }) },
    }),
  )
}
