import { principalByKey } from '@moorage/access/api-key'
import { principalBySession } from '@moorage/access/auth'
import type { Principal } from '@moorage/access/principal'
import type { Context } from '@moorage/api/context'
import webPackage from '../../package.json' with { type: 'json' }
import { readEnv } from '../env.ts'
import { type WebDeps, webDeps } from './deps.ts'

/** Where the right to ask came from: only a cookie can be sent along by a foreign page. */
export type ApiContext = Context & { credential: 'key' | 'cookie' | 'none' }

/** Who asks, by API key or else by session cookie, and all that the procedures need. */
export async function apiContext(headers: Headers): Promise<ApiContext> {
  const deps = await webDeps()
  const env = readEnv()
  const principalNow = () => principalOf(deps, headers)
  const principal = await principalNow()
  const isKey = Boolean(headers.get('authorization'))
  return {
    ...{ principal, principalNow },
    credential: principal === null ? 'none' : isKey ? 'key' : 'cookie',
    deps,
    urls: {
      routerUrl: withoutSlash(env.MOORAGE_ROUTER_URL),
      gitUrl: withoutSlash(env.MOORAGE_GIT_URL),
      dashboardUrl: withoutSlash(env.MOORAGE_DASHBOARD_URL),
    },
    version: webPackage.version,
    reportError: (error, path) => console.error(`api ${path}: ${error.message}`, error.cause ?? ''),
  }
}

async function principalOf(deps: WebDeps, headers: Headers): Promise<Principal | null> {
  const authorization = headers.get('authorization')
  if (!authorization) return principalBySession(deps, headers)
  const key = authorization.match(/^Bearer\s+(\S+)$/i)?.[1]
  return key ? principalByKey(deps, key) : null
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '')
