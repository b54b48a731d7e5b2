import { authorizeAgain, findInstallations } from '@moorage/deployments/github/connect-account'
import { backFromGithub } from '../../../../github/back-from-github.ts'

export const dynamic = 'force-dynamic'

/**
 * Back from installing the App, with no code: on to GitHub once more, to show who one is. Back from
 * there, with one: GitHub says which installations are one's own. `installation_id` is not read.
 */
export async function GET(request: Request): Promise<Response> {
  return backFromGithub(request, async (deps, { id: userId }, query) => {
    const [state, code] = [query.get('state'), query.get('code')]
    // Installed at GitHub, without setting out from here.
    if (!state) return '/team/github'
    if (!code) return authorizeAgain(deps, { state, userId })
    const visit = await findInstallations(deps, { state, code, userId })
    return `/team/github?visit=${visit}`
  })
}
