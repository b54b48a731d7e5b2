import type { StartOptions } from './options.ts'
import type { Ports } from './ports.ts'
import { readyFile } from './ready-file.ts'
import type { State } from './state.ts'

export type Urls = { dashboardUrl: string; routerUrl: string; gitUrl: string }

export function urlsOf(ports: Ports): Urls {
  const url = (port: number) => `http://127.0.0.1:${port}`
  return { dashboardUrl: url(ports.web), routerUrl: url(ports.router), gitUrl: url(ports.git) }
}

/** What the apps are told. Operators' own settings (MOORAGE_*, proxies, CA files) pass through. */
export function appEnv(
  inherited: NodeJS.ProcessEnv,
  options: StartOptions,
  state: State,
  database: { url: string },
  ports: Ports,
): NodeJS.ProcessEnv {
  const { dashboardUrl, routerUrl, gitUrl } = urlsOf(ports)
  return {
    ...withoutNpm(inherited),
    DATABASE_URL: database.url,
    MOORAGE_DATA_DIR: options.dataDir,
    MOORAGE_ENV: inherited.MOORAGE_ENV || 'development',
    MOORAGE_ENCRYPTION_KEY: state.encryptionKey,
    MOORAGE_AUTH_SECRET: state.authSecret,
    MOORAGE_PLATFORM_ID: state.platformId,
    MOORAGE_DASHBOARD_URL: dashboardUrl,
    MOORAGE_ROUTER_URL: routerUrl,
    MOORAGE_GIT_URL: gitUrl,
    MOORAGE_WEB_HOST: '127.0.0.1',
    MOORAGE_WEB_PORT: String(ports.web),
    MOORAGE_ROUTER_HOST: '127.0.0.1',
    MOORAGE_ROUTER_PORT: String(ports.router),
    MOORAGE_GIT_HOST: '127.0.0.1',
    MOORAGE_GIT_PORT: String(ports.git),
    MOORAGE_RUNTIME: options.runtime,
    MOORAGE_STOP_INSTANCES: '1',
    MOORAGE_READY_FILE: readyFile(options.dataDir),
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

/** npm describes this package to its scripts; servers that are built here would take it for theirs. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = (name: string) => !/^(npm_|INIT_CWD$)/.test(name) || name === 'npm_config_registry'
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept(name)))
}
