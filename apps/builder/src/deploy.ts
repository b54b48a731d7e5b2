import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { planBuild } from '@moorage/build-plan/detect'
import { withVersion } from '@moorage/build-plan/newest-version'
import { type BuildPlan, buildPlanSchema } from '@moorage/build-plan/plan'
import type { JobOutcome } from '@moorage/bus/jobs'
import type { Instance } from '@moorage/db/client'
import { resolveBuildSecrets } from '@moorage/deployments/build-secrets'
import { type Claim, claimDeployment } from '@moorage/deployments/claim-deployment'
import { finishCanceled } from '@moorage/deployments/finish-deployment'
import { beginStep, endStep } from '@moorage/deployments/record-step'
import { switchRoute } from '@moorage/deployments/switch-route'
import { changesSinceLive, isApproved } from '@moorage/deployments/tool-approval'
import type { DeploymentStepName } from '@moorage/domain/deployment'
import { AppError, toAppError } from '@moorage/domain/error'
import { shortId } from '@moorage/domain/id'
import { type ToolChanges, toolChangesLine } from '@moorage/domain/tool-changes'
import { createLogWriter } from '@moorage/logs/append'
import { waitUntilReady } from '@moorage/mcp/wait-until-ready'
import type { BuildLimits } from '@moorage/runtime/driver'
import type { Builder } from './context.ts'
import { recordFailure } from './record-failure.ts'
import { checkRegistry } from './repo-address.ts'
import { removeUnkeptImages } from './retention.ts'
import { drainOld } from './steps/drain.ts'
import { settingsOf } from './steps/settings-source.ts'
import { fetchInto, readSource } from './steps/source.ts'
import { startInstance } from './steps/start.ts'
import { isRemoteImage, probeRemote, remoteImageId } from './steps/start-remote.ts'
import { tidyUp } from './tidy-up.ts'
import { takeVolume } from './volumes/take-volume.ts'

/** Aborts of running deployments, by deployment id. */
export type Running = Map<string, AbortController>

/** One deployment from claim to drain, or from wherever the last worker died. */
export async function deploy(
  builder: Builder,
  running: Running,
  deploymentId: string,
): Promise<JobOutcome> {
  const claimed = await claimDeployment(builder.deps, deploymentId, {
    maxPerTeam: builder.env.MOORAGE_TEAM_BUILDS,
  })
  if ('retryInMs' in claimed) return claimed
  if ('nothingToDo' in claimed) return 'done'
  const { claim } = claimed
  const abort = new AbortController()
  running.set(deploymentId, abort)
  const stop = () => abort.abort()
  builder.stopping.addEventListener('abort', stop, { once: true })
  const run = createRun(builder, claim, abort.signal)
  try {
    return await pipeline(run)
  } catch (error) {
    if (builder.stopping.aborted) return { retryInMs: 0 } // The next builder goes on from here.
    await end(run, toAppError(error))
    return 'done'
  } finally {
    builder.stopping.removeEventListener('abort', stop)
    running.delete(deploymentId)
    await run.log.flush()
  }
}

/** The straight line. Every step can be done again; what is recorded is not done twice. */
async function pipeline(run: Run): Promise<JobOutcome> {
  const { builder, claim } = run
  if (claim.deployment.status !== 'live') {
    const built = (await alreadyBuilt(run)) ?? (await buildFromSource(run))
    const isLive = await taking(run, built.plan, () => goLive(run, built))
    if (!isLive) return awaitApproval(run)
  }
  await begin(run, 'drain')
  await drainOld(builder, claim.deployment, (line) => say(run, line))
  await removeUnkeptImages(builder, claim.deployment)
  await endStep(builder.deps, claim, 'drain')
  return 'done'
}

/** False where somebody has to agree first. */
async function goLive(run: Run, built: Built): Promise<boolean> {
  const { builder, claim } = run
  const instance = await start(run, built)
  const changes = await handshake(run, built.plan, instance)
  if (!(await isApproved(builder.deps, claim, changes))) return false
  await begin(run, 'switch')
  await run.log.flush() // Whoever follows has the whole log when the status says live.
  await switchRoute(builder.deps, claim, instance.id)
  return true
}

/** Of a server with a volume the old version ends before the new one starts. */
async function taking(run: Run, plan: BuildPlan, work: () => Promise<boolean>): Promise<boolean> {
  const { builder, claim, signal } = run
  const { serverId, previewId } = claim.deployment
  const mayHave = previewId === null && plan.kind !== 'remote'
  const volume = mayHave ? await builder.deps.db.volume.findUnique({ where: { serverId } }) : null
  if (!volume) return work()
  say(run, 'The server has a volume: the version that is live ends before this one starts')
  return takeVolume(builder, { volume, deploymentId: claim.deployment.id, signal }, work)
}

/**
 * The instance goes on running, so that it is live at once when somebody agrees; but for a server
 * with a volume, whose live version has it until then.
 */
function awaitApproval(run: Run): JobOutcome {
  const { shortId: id, server } = {
    shortId: shortId(run.claim.deployment.id),
    server: run.claim.server,
  }
  say(run, `Waits for somebody to agree: moorage deployments approve ${id} --server ${server.slug}`)
  return { retryInMs: 30_000 }
}

type Built = { plan: BuildPlan; imageId: string }

/** A rollback brings its image along; a worker that died after the build left one. */
async function alreadyBuilt({ builder, claim }: Run): Promise<Built | null> {
  const { deployment } = claim
  const source = deployment.sourceId
    ? await builder.deps.db.deployment.findFirst({
        where: { id: deployment.sourceId, serverId: deployment.serverId },
      })
    : deployment
  const imageId = source?.imageId ?? null
  if (imageId && (isRemoteImage(imageId) || (await builder.driver.hasImage(imageId)))) {
    const plan = buildPlanSchema.parse(source?.plan)
    if (deployment.sourceId)
      await builder.deps.db.deployment.update({
        where: { id: deployment.id },
        data: { imageId, imageSizeBytes: source?.imageSizeBytes ?? null, plan },
      })
    return { plan, imageId }
  }
  if (!deployment.sourceId) return null
  throw new AppError('start_failed', 'The image of that deployment is not kept any more.', {
    hint: 'Deploy its commit again.',
  })
}

async function buildFromSource(run: Run): Promise<Built> {
  const { builder, claim, signal } = run
  const { deployment, server } = claim
  const { env } = builder
  const onLog = (line: string) => say(run, line)
  const workDir = join(env.MOORAGE_DATA_DIR, 'work', deployment.id)
  const sourceDir = join(workDir, `source-${claim.attempt}`)

  await begin(run, 'fetch')
  const fetched = await fetchInto(run, sourceDir)
  const overrides = settingsOf(server)
  const options = { rootDir: server.rootDir, overrides }
  const tree = await readSource(run, sourceDir, options)
  await endStep(builder.deps, claim, 'fetch', fetched)

  await begin(run, 'plan')
  const { dockerfiles } = builder.driver.capabilities
  let plan = planBuild(tree, { ...options, dockerfiles, askedAt: deployment.createdAt })
  onLog(`Planned as ${plan.flavor}`)
  const remoteId = plan.kind === 'remote' ? { imageId: remoteImageId(deployment.id) } : {}
  await endStep(builder.deps, claim, 'plan', { plan, ...remoteId })
  if (remoteId.imageId) return { plan, imageId: remoteId.imageId }

  await begin(run, 'build')
  if (plan.image) await checkRegistry(plan.image, env.MOORAGE_TRUSTED_REGISTRIES)
  const image = await builder.driver.build({
    serverId: server.id,
    deploymentId: deployment.id,
    teamId: server.teamId,
    plan,
    secrets: await resolveBuildSecrets(builder.deps, { ...deployment, wanted: plan.secrets }),
    sourceDir,
    limits: buildLimits(env),
    onLog: (line) => {
      onLog(line)
      plan = withVersion(plan, line)
    },
    signal,
  })
  await endStep(builder.deps, claim, 'build', {
    plan,
    imageId: image.id,
    imageSizeBytes: BigInt(image.sizeBytes),
  })
  await rm(workDir, { recursive: true, force: true })
  return { plan, imageId: image.id }
}

function buildLimits(env: Builder['env']): BuildLimits {
  return {
    timeoutMs: env.MOORAGE_BUILD_TIMEOUT_SECONDS,
    memoryBytes: env.MOORAGE_BUILD_MEMORY_MB * 2 ** 20,
    cpus: env.MOORAGE_BUILD_CPUS,
    diskBytes: env.MOORAGE_BUILD_DISK_MB * 2 ** 20,
  }
}

async function start(run: Run, built: Built): Promise<Instance> {
  await begin(run, 'start')
  const instance = await startInstance(run.builder, { claim: run.claim, ...built })
  await endStep(run.builder.deps, run.claim, 'start')
  return instance
}

async function handshake(
  run: Run,
  plan: BuildPlan,
  instance: Instance,
): Promise<ToolChanges | null> {
  const { builder, claim, signal } = run
  await begin(run, 'handshake')
  const found =
    plan.kind === 'remote'
      ? await probeRemote(builder, instance, signal)
      : await waitUntilReady({
          url: `http://${instance.host}:${instance.port}${plan.path}`,
          timeoutMs: builder.env.MOORAGE_START_TIMEOUT_SECONDS,
          signal,
          isAlive: async () => (await builder.driver.inspect(instance.id))?.state === 'running',
        })
  const count = found.tools.length
  say(
    run,
    `${found.serverInfo.name} ${found.serverInfo.version} answers: ${count} ${count === 1 ? 'tool' : 'tools'}`,
  )
  const changes = await changesSinceLive(builder.deps, claim, found)
  const line = changes && toolChangesLine(changes)
  if (line) say(run, `Tools: ${line}`)
  await endStep(builder.deps, claim, 'handshake', {
    handshake: JSON.parse(JSON.stringify(found)),
    ...(changes && { toolChanges: changes }),
  })
  return changes
}

export type Run = {
  builder: Builder
  claim: Claim
  signal: AbortSignal
  log: ReturnType<typeof createLogWriter>
  /** The step that runs, for the failure. */
  step: DeploymentStepName
}

function createRun(builder: Builder, claim: Claim, signal: AbortSignal): Run {
  const { id: deploymentId, serverId } = claim.deployment
  const log = createLogWriter(builder.deps, { serverId, deploymentId, instanceId: null })
  return { builder, claim, signal, log, step: 'fetch' }
}

async function begin(run: Run, step: DeploymentStepName): Promise<void> {
  run.step = step
  run.signal.throwIfAborted()
  await beginStep(run.builder.deps, run.claim, step)
}

function say(run: Run, line: string): void {
  run.log.write('build', line)
}

/** A deployment that did not get there leaves its reason, and nothing else. */
async function end(run: Run, error: AppError): Promise<void> {
  const { builder, claim } = run
  if (run.step === 'drain') throw error // It is live: the sweep brings the drain to its end.
  if (error.code === 'canceled' || run.signal.aborted) {
    const mine = await builder.deps.db.deployment.count({
      where: { id: claim.deployment.id, attempt: claim.attempt },
    })
    const gone =
      (await builder.deps.db.deployment.count({ where: { id: claim.deployment.id } })) === 0
    if (mine === 0 && !gone) return // Another worker has it, and what belongs to it.
    await tidyUp(builder, claim.deployment.id)
    if (!gone) await finishCanceled(builder.deps, claim.deployment)
    say(run, 'Canceled')
    return
  }
  await recordFailure(run, error)
  await tidyUp(builder, claim.deployment.id)
}
