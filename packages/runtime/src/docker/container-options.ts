import type Docker from 'dockerode'
import { z } from 'zod'
import type { InstanceSpec } from '../driver.ts'
import { startCommand } from '../start-command.ts'
import { bridgeCommand, bridgeMountOf } from './bridge-volume.ts'
import { volumeMountOf } from './server-volume.ts'

/** What an image says of itself, as far as it decides how its container has to be held. */
export const imageConfigSchema = z.object({
  Config: z.object({
    User: z.string().nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Volumes: z.record(z.string(), z.unknown()).nullish(),
    Entrypoint: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
  }),
})
export type ImageConfig = z.infer<typeof imageConfigSchema>['Config']

const mebibyte = 2 ** 20
const ownUser = '10001:10001'

/**
 * A container that can do nothing but run its server. Nothing that an image or a repository says
 * about users, volumes, labels or health commands is taken over where it would weaken this.
 */
export function containerOptions(
  spec: InstanceSpec,
  image: ImageConfig,
  made: {
    name: string
    network: string
    labels: Record<string, string>
    /** The volume that holds the bridge; null where the server speaks HTTP itself. */
    bridge: string | null
    /** The engine's name of the server's own volume. */
    volume: string | null
  },
): Docker.ContainerCreateOptions {
  const port = `${spec.plan.port}/tcp`
  const at = { host: '0.0.0.0', port: spec.plan.port }
  const { command, env } = startCommand(
    spec.plan,
    spec.volume ? { ...spec.env, MOORAGE_VOLUME: spec.volume.path } : spec.env,
    at,
  )
  return {
    name: made.name,
    Image: spec.imageId,
    ...entry(spec, image, command, made.bridge),
    Env: [
      ...Object.entries({ HOME: '/tmp', ...env }).map(([name, value]) => `${name}=${value}`),
      // A name alone takes it out of the image's environment.
      ...(made.bridge ? ['PORT', 'HOST'] : []),
    ],
    User: userOf(image),
    Labels: { ...blanked(image.Labels ?? {}), ...made.labels },
    ExposedPorts: { [port]: {} },
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    HostConfig: {
      ...hardened(spec, image),
      Mounts: [
        ...(made.bridge ? [bridgeMountOf(made.bridge, { readOnly: true })] : []),
        ...(made.volume && spec.volume ? [volumeMountOf(made.volume, spec.volume.path)] : []),
      ],
      NetworkMode: made.network,
      PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
  }
}

/** An empty command is the image's own, and stays as the image has it but for the bridge in front. */
function entry(
  { plan, limits }: InstanceSpec,
  image: ImageConfig,
  planned: string[],
  bridge: string | null,
): Pick<Docker.ContainerCreateOptions, 'Entrypoint' | 'Cmd'> {
  const own = [...(image.Entrypoint ?? []), ...(image.Cmd ?? [])]
  if (bridge === null && planned.length === 0) return {}
  const server = planned.length > 0 ? planned : own
  const command = bridge === null ? server : bridgeCommand(plan, limits.maxChildren, server)
  return { Entrypoint: command.slice(0, 1), Cmd: command.slice(1) }
}

function hardened(spec: InstanceSpec, image: ImageConfig): Docker.HostConfig {
  const tmpBytes = Math.min(64 * mebibyte, Math.floor(spec.limits.memoryBytes / 4))
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    ReadonlyRootfs: true,
    Tmpfs: memoryDirs(image, tmpBytes, spec.volume?.path),
    ShmSize: Math.min(16 * mebibyte, tmpBytes),
    // The first process passes signals on and buries orphans, which servers seldom do themselves.
    Init: true,
    Memory: spec.limits.memoryBytes,
    MemorySwap: spec.limits.memoryBytes,
    NanoCpus: Math.round(spec.limits.cpus * 1e9),
    PidsLimit: Math.min(spec.limits.pids, spec.plan.transport === 'stdio' ? 4096 : 256),
    Ulimits: [
      { Name: 'nofile', Soft: 4096, Hard: 4096 },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    IpcMode: 'private',
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
  }
}

/** A number other than 0 is kept. A name is not: the image's own passwd file says what it stands for. */
export function userOf(image: ImageConfig): string {
  const [, user, group] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(image.User ?? '') ?? []
  if (user === undefined || Number(user) === 0) return ownUser
  return `${user}:${group === undefined || Number(group) === 0 ? user : group}`
}

/** A container takes over its image's labels, and other programs on the engine may act on them. */
function blanked(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(labels).map((name) => [name, '']))
}

/**
 * Directories in memory, each of a bounded size and gone with the container. An image's volumes
 * become such as well: real ones would be bounded by nothing and stay behind.
 */
function memoryDirs(
  image: ImageConfig,
  sizeBytes: number,
  volumePath?: string,
): Record<string, string> {
  const options = `rw,noexec,nosuid,nodev,size=${sizeBytes},mode=1777`
  const own = Object.keys(image.Volumes ?? {}).filter((path) => path !== volumePath)
  const targets = ['/tmp', ...own]
  return Object.fromEntries(targets.map((target) => [target, options]))
}
