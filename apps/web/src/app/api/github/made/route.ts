import { requireOperator } from '@moorage/access/operator'
import { finishMakingApp } from '@moorage/deployments/github/make-app'
import { backFromGithub } from '../../../../github/back-from-github.ts'

export const dynamic = 'force-dynamic'

/** GitHub has made the App: the code is exchanged for its keys. */
export async function GET(request: Request): Promise<Response> {
  return backFromGithub(request, async (deps, person, query) => {
    await requireOperator(deps, person)
    const [state, code] = [query.get('state') ?? '', query.get('code') ?? '']
    const actor = { id: person.id, name: person.email }
    await finishMakingApp(deps, { state, code, actor })
    return '/team/github'
  })
}
