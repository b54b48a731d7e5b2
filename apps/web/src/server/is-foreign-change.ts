import { readEnv } from '../env.ts'
import type { ApiContext } from './api-context.ts'
import { isSameOrigin } from './same-origin.ts'

/** A cookie travels with what a foreign page sends, so it alone may change nothing. */
export function isForeignChange(
  request: Pick<Request, 'method' | 'headers'>,
  { credential }: Pick<ApiContext, 'credential'>,
): boolean {
  if (credential !== 'cookie' || request.method === 'GET') return false
  return !isSameOrigin(request.headers, readEnv().MOORAGE_DASHBOARD_URL)
}
