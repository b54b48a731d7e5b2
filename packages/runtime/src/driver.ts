import type { Readable } from 'node:stream'
import type { BuildPlan } from '@moorage/build-plan/plan'

export type RuntimeName = 'docker' | 'process'

/** What a driver writes on everything it makes, and finds it again by. */
export type Labels = {
  /** Which Moorage this is: several may share one engine and must never touch each other's. */
  platform: string
  server: string
  deployment: string
  instance: string
}

export type BuildInput = {
  serverId: string
  deploymentId: string
  /** Caches are kept per team and never shared across teams. */
  teamId: string
  plan: BuildPlan
  /** What the tenant's build may need, in the clear, by name; it reaches the steps of the build alone. */
  secrets: Record<string, string>
  /** The fetched repository on this machine; the plan's rootDir is relative to it. */
  sourceDir: string
  limits: BuildLimits
  onLog: (line: string) => void
  /** Abort to cancel: the build ends and leaves nothing behind. */
  signal: AbortSignal
}

export type BuildLimits = {
  timeoutMs: number
  /** Of each step. */
  memoryBytes: number
  cpus: number
  /** What the disk may lose while the build runs. */
  diskBytes: number
}

/** `id` names exactly this build's result: an image digest, or a directory of the process driver. */
export type Image = { id: string; sizeBytes: number }

/** What outlives instances: `path` is where a container has it. A name is good for one platform. */
export type VolumeMount = { name: string; path: string }

export type InstanceSpec = {
  instanceId: string
  serverId: string
  deploymentId: string
  imageId: string
  plan: BuildPlan
  /** The server's environment, in the clear; it reaches the instance and nothing else. */
  env: Record<string, string>
  /** Made where it is missing; the server is told where it is by MOORAGE_VOLUME. One instance at a time has it. */
  volume: VolumeMount | null
  limits: {
    memoryBytes: number
    cpus: number
    pids: number
    /** Of a server that speaks stdio: processes at one time, which is one a session. */
    maxChildren: number
  }
}

/** Where an instance answers, as seen from this host. */
export type Address = { host: string; port: number }

export type InstanceStatus = {
  instanceId: string
  serverId: string
  deploymentId: string
  /** `paused`: it is there with all its memory, and gets no CPU. */
  state: 'running' | 'paused' | 'exited'
  address: Address | null
  exitCode: number | null
  /** Killed for want of memory, as far as the driver can tell. */
  outOfMemory: boolean
  startedAt: Date
}

export type RuntimeLogLine = {
  at: Date
  stream: 'stdout' | 'stderr'
  text: string
}

export type InstanceEvent = {
  instanceId: string
  kind: 'exited'
  exitCode: number | null
  outOfMemory: boolean
}

export type LogOptions = {
  /** Only lines after this moment. */
  since?: Date
  /** Keep the stream open until the instance ends or the signal aborts. */
  follow: boolean
  signal: AbortSignal
}

/**
 * What the builder asks of a machine that runs servers. Every call is idempotent: a caller that
 * died in the middle calls again with the same ids. Each driver passes the suite in
 * conformance.test.ts. Errors are AppErrors of code build_failed, start_failed, timed_out,
 * canceled, unavailable, or conflict where another instance has the volume.
 */
export type RuntimeDriver = {
  readonly name: RuntimeName
  readonly capabilities: {
    /** `none`: the servers can read and do what this process can; development only. */
    isolation: 'container' | 'none'
    limits: boolean
    dockerfiles: boolean
  }
  /** Turn plan and source into an image; builds of one deployment give one image. */
  build(input: BuildInput): Promise<Image>
  hasImage(imageId: string): Promise<boolean>
  removeImage(imageId: string): Promise<void>
  /** All finished images of this platform, with the deployment that each was built for. */
  listImages(): Promise<{ id: string; deploymentId: string }[]>
  /** Drops what builds keep for the next ones, beyond this much or not used for this long. */
  pruneCaches(keep: { maxBytes: number; maxAgeMs: number }): Promise<void>
  /** Create and start; an instance of that id that already runs is returned as it is. */
  deploy(spec: InstanceSpec): Promise<InstanceStatus>
  inspect(instanceId: string): Promise<InstanceStatus | null>
  /** All instances of this platform, or of one server, running or not. */
  list(filter?: { serverId?: string }): Promise<InstanceStatus[]>
  logs(instanceId: string, options: LogOptions): AsyncIterable<RuntimeLogLine>
  /** Freezes it: what is sent there waits. Pausing what is paused or gone is no error. */
  pause(instanceId: string): Promise<void>
  /** False where it does not run, so that there is nothing to go on with. */
  resume(instanceId: string): Promise<boolean>
  /** Starts one that ended just as it was made, or resumes it; null where the driver keeps too little for that. */
  startAgain(instanceId: string): Promise<InstanceStatus | null>
  /** SIGTERM, then SIGKILL after graceMs. Stopping what is gone is no error. */
  stop(instanceId: string, options: { graceMs: number }): Promise<void>
  /** Stops if need be, and removes all that belongs to the instance: container, network, files. */
  remove(instanceId: string): Promise<void>
  /** All volumes of this platform. */
  listVolumes(): Promise<string[]>
  /** What each of them holds; looks at every file. */
  measureVolumes(): Promise<{ name: string; sizeBytes: number }[]>
  /** What it holds, as a tar archive; nothing may be writing to it. */
  readVolume(name: string): Promise<Readable>
  /** A new volume with what the archive holds, which was checked: packages/runtime/src/clean-archive.ts. */
  writeVolume(name: string, archive: Readable): Promise<void>
  /** False where an instance has it. Removing what is gone is no error. */
  removeVolume(name: string): Promise<boolean>
  /** Exits of this platform's instances from now on, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<InstanceEvent>
  /**
   * Closes the ways from builds and servers to this machine, its private networks and each other,
   * as far as the driver can; safe to call again. Answers what is not in force, for the operator.
   */
  protect(): Promise<string[]>
  /** Ends what a builder that died left half done: unfinished builds, their processes and files. */
  sweep(): Promise<void>
  close(): Promise<void>
}
