import type { Principal } from '@moorage/access/principal'
import { toAppError } from '@moorage/domain/error'
import { readEnv } from '../env.ts'
import { apiContext } from '../server/api-context.ts'
import { type WebDeps, webDeps } from '../server/deps.ts'

type Person = Extract<Principal, { kind: 'user' }>

/**
 * A person on the way to GitHub or back: `follow` says where they go on. What is wrong is said on the
 * page that they set out from. Who is not signed in any more begins again there.
 */
export async function backFromGithub(
  request: Request,
  follow: (deps: WebDeps, person: Person, query: URLSearchParams) => Promise<string | Response>,
): Promise<Response> {
  const page = '/team/github'
  const { principal } = await apiContext(request.headers)
  if (principal?.kind !== 'user') return go(`/sign-in?next=${encodeURIComponent(page)}`)
  try {
    const next = await follow(await webDeps(), principal, new URL(request.url).searchParams)
    return typeof next === 'string' ? go(next) : next
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    console.error(`github: ${message}`)
    return go(`${page}?fault=${code}`)
  }
}

function go(to: string): Response {
  const location = new URL(to, readEnv().MOORAGE_DASHBOARD_URL).href
  return new Response(null, { status: 303, headers: { location } })
}
