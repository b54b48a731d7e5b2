import { handleAuth } from '@moorage/access/handle-auth'
import { readEnv } from '../../../../env.ts'
import { webDeps } from '../../../../server/deps.ts'

export const dynamic = 'force-dynamic'

export { handle as GET, handle as OPTIONS, handle as POST }

async function handle(request: Request): Promise<Response> {
  const { MOORAGE_DASHBOARD_URL: dashboardUrl, MOORAGE_ROUTER_URL: routerUrl } = readEnv()
  return handleAuth({ ...(await webDeps()), dashboardUrl, routerUrl }, request)
}
