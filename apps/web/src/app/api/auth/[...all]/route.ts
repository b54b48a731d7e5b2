import { handleAuth } from '@moorage/access/handle-auth'
import { readEnv } from '../../../../env.ts'
import { webDeps } from '../../../../server/deps.ts'
import { withinCap } from '../../../../server/within-cap.ts'

export const dynamic = 'force-dynamic'

export { handle as GET, handle as OPTIONS, handle as POST }

async function handle(request: Request): Promise<Response> {
  const { MOORAGE_DASHBOARD_URL: dashboardUrl, MOORAGE_ROUTER_URL: routerUrl } = readEnv()
  const deps = { ...(await webDeps()), dashboardUrl, routerUrl }
  return withinCap(request, 1, (capped) => handleAuth(deps, capped))
}
