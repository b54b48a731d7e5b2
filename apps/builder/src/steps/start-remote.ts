import { guardedFetch } from '@moorage/access/guarded-fetch'
import { openRemote, sealRemote } from '@moorage/access/remote-target'
import type { BuildPlan } from '@moorage/build-plan/plan'
import type { Instance } from '@moorage/db/client'
import { resolveDeploymentEnv } from '@moorage/deployments/deployment-env'
import { AppError, toAppError } from '@moorage/domain/error'
import type { Handshake } from '@moorage/mcp/handshake'
import { probe } from '@moorage/mcp/probe'
import type { Builder } from '../context.ts'
import { allowedAddress } from '../repo-address.ts'

/** The runtime of an instance that runs elsewhere. */
export const remoteRuntime = 'remote'

const idPrefix = 'remote:'
/** In the place of an image's id: what went live once can go live again. */
export const remoteImageId = (deploymentId: string) => `${idPrefix}${deploymentId}`
export const isRemoteImage = (imageId: string) => imageId.startsWith(idPrefix)

/** Nothing is started: the row says where the server is and what it wants to be told. */
export async function pointToRemote(
  builder: Builder,
  instance: Instance,
  remote: NonNullable<BuildPlan['remote']>,
): Promise<Instance> {
  const { deps, env } = builder
  const url = new URL(remote.url)
  await checkHost(url, env.MOORAGE_TRUSTED_REMOTE_HOSTS)
  const variables = await resolveDeploymentEnv(deps, instance.deploymentId)
  const headers = fillHeaders(remote.headers, variables)
  return deps.db.instance.update({
    where: { id: instance.id },
    data: {
      host: url.hostname,
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      remote: sealRemote(deps.encryptionKey, instance.id, { url: url.href, headers }),
    },
  })
}

/** One real handshake, with the headers that calls will have. */
export async function probeRemote(
  { deps, env }: Builder,
  instance: Instance,
  signal: AbortSignal,
): Promise<Handshake> {
  const target = openRemote(deps.encryptionKey, instance.id, instance.remote)
  const timeoutMs = env.MOORAGE_START_TIMEOUT_SECONDS
  const guarded = guardedFetch({
    trustedHosts: env.MOORAGE_TRUSTED_REMOTE_HOSTS,
    caFile: env.MOORAGE_BUILD_CA_FILE,
    timeoutMs,
  })
  try {
    return await probe({ ...target, timeoutMs, signal, fetch: guarded.fetch })
  } catch (error) {
    throw inRemoteWords(toAppError(error), new URL(target.url).host)
  } finally {
    await guarded.close()
  }
}

/** The probe's advice is for a server whose code is at hand. */
function inRemoteWords(error: AppError, host: string): AppError {
  if (error.code !== 'handshake_failed') return error
  return new AppError('handshake_failed', `${host}: ${error.userMessage}`, {
    hint: 'Check the URL and the headers, and that the server can be reached from here.',
    message: error.message,
    cause: error,
  })
}

async function checkHost(url: URL, trustedHosts: readonly string[]): Promise<void> {
  const setting = 'MOORAGE_TRUSTED_REMOTE_HOSTS'
  const trusted = trustedHosts.includes(url.host)
  if (url.protocol !== 'https:' && !trusted)
    throw new AppError('start_failed', `${url.host} is named with plain http.`, {
      hint: `Use its https address. An operator can allow plain http with ${setting}.`,
    })
  const host = url.hostname.replace(/^\[|\]$/g, '')
  await allowedAddress(host, { trusted, setting })
}

/** Throws where a header names a variable that the server does not have. */
export function fillHeaders(
  headers: Record<string, string>,
  variables: Record<string, string>,
): Record<string, string> {
  const fill = (header: string, text: string) =>
    text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const value = variables[name]
      if (value === undefined) throw missing(header, name)
      if (/[\r\n\0]/.test(value)) throw notOneLine(header, name)
      return value
    })
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fill(name, text)]))
}

function missing(header: string, name: string): AppError {
  return new AppError('start_failed', `The header ${header} needs the variable ${name}.`, {
    hint: `Set ${name} among the server's environment variables and deploy again.`,
  })
}

function notOneLine(header: string, name: string): AppError {
  return new AppError('start_failed', `The variable ${name} is no single line.`, {
    hint: `The header ${header} cannot carry it.`,
  })
}
