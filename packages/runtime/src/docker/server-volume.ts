import { Readable } from 'node:stream'
import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { dial, type Engine, engineError, ignoring } from './engine.ts'
import { labelFilter, toLabels } from './labels.ts'

const label = 'dev.moorage.volume'
/** An image of nothing: containers of it are made to reach a volume, and never started. */
const emptyImage = 'moorage-empty:1'
const mount = '/volume'

const nameOf = (engine: Engine, volume: string) => `moorage-${engine.platformId}-${volume}`

/** What the engine calls the volume. The server's user owns it; nobody else may have it open. */
export async function ensureVolume(engine: Engine, volume: string, user: string): Promise<string> {
  const name = await makeVolume(engine, volume)
  const using = await engine.docker.listContainers({
    filters: { volume: [name], status: ['running', 'paused'] },
  })
  if (using.length > 0)
    throw new AppError('conflict', "Another instance still has the server's volume.", {
      hint: 'It is given to one at a time. Try again once the other one has ended.',
    })
  const [uid = 0, gid = 0] = user.split(':').map(Number)
  await reaching(engine, name, async (container) => {
    const owner = pack()
    owner.entry({ name: mount.slice(1), type: 'directory', mode: 0o700, uid, gid })
    owner.finalize()
    await container.putArchive(Readable.from(owner), { path: '/' })
  })
  return name
}

export function volumeMountOf(name: string, path: string): Docker.MountSettings {
  return {
    Type: 'volume',
    Source: name,
    Target: path,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } },
  }
}

const volumeSchema = z.object({
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  UsageData: z.object({ Size: z.number() }).nullish(),
})
const volumesSchema = z
  .object({ Volumes: z.array(volumeSchema).nullish() })
  .transform(({ Volumes }) => Volumes ?? [])

export async function listVolumes(engine: Engine): Promise<string[]> {
  const filters = { label: [label, ...labelFilter({ platform: engine.platformId })] }
  const found = await engine.docker.listVolumes({ filters }).catch(refused)
  return volumesSchema.parse(found).flatMap(({ Labels }) => Labels?.[label] ?? [])
}

export async function measureVolumes(
  engine: Engine,
): Promise<{ name: string; sizeBytes: number }[]> {
  const mine = new Set(await listVolumes(engine))
  const all = volumesSchema.parse(await engine.docker.df().catch(refused))
  return all.flatMap(({ Name, Labels, UsageData }) => {
    const name = Labels?.[label] ?? ''
    const isMine = mine.has(name) && Name === nameOf(engine, name)
    return isMine ? [{ name, sizeBytes: Math.max(0, UsageData?.Size ?? 0) }] : []
  })
}

export async function readVolume(engine: Engine, volume: string): Promise<Readable> {
  const name = await makeVolume(engine, volume)
  const container = await reacher(engine, name)
  const remove = () => ignoring(container.remove({ force: true }), [404, 409]).catch(() => {})
  try {
    const archive = Readable.from(await container.getArchive({ path: `${mount}/.` }))
    return archive.once('close', () => void remove())
  } catch (error) {
    await remove()
    throw engineError(error)
  }
}

export async function writeVolume(
  engine: Engine,
  volume: string,
  archive: Readable,
): Promise<void> {
  const name = nameOf(engine, volume)
  // What an earlier attempt left half done.
  await ignoring(engine.docker.getVolume(name).remove(), [404])
  await makeVolume(engine, volume)
  await reaching(engine, name, async (container) => {
    await container.putArchive(archive, { path: mount })
  })
}

export async function removeVolume(engine: Engine, volume: string): Promise<boolean> {
  const removed = engine.docker.getVolume(nameOf(engine, volume)).remove()
  return (
    (await ignoring(
      removed.then(() => true),
      [409],
    ).catch(gone)) ?? false
  )
}

function gone(error: unknown): boolean {
  if (error instanceof AppError && /no such volume/i.test(error.message)) return true
  throw error
}

async function makeVolume(engine: Engine, volume: string): Promise<string> {
  const Labels = { ...toLabels({ platform: engine.platformId }), [label]: volume }
  const Name = nameOf(engine, volume)
  await engine.docker.createVolume({ Name, Labels }).catch(refused)
  return Name
}

async function reaching(
  engine: Engine,
  name: string,
  work: (container: Docker.Container) => Promise<void>,
): Promise<void> {
  const container = await reacher(engine, name)
  try {
    await work(container)
  } catch (error) {
    throw engineError(error)
  } finally {
    await ignoring(container.remove({ force: true }), [404, 409])
  }
}

async function reacher(engine: Engine, name: string): Promise<Docker.Container> {
  const options = {
    Image: emptyImage,
    Cmd: ['-'],
    Labels: { ...toLabels({ platform: engine.platformId }), [label]: name },
    NetworkDisabled: true,
    HostConfig: { NetworkMode: 'none', Mounts: [volumeMountOf(name, mount)] },
  }
  const make = () => engine.docker.createContainer(options)
  try {
    return (await ignoring(make(), [404])) ?? (await makeEmptyImage(engine).then(make))
  } catch (error) {
    throw engineError(error)
  }
}

async function makeEmptyImage({ docker }: Engine): Promise<void> {
  const nothing = pack()
  nothing.finalize()
  const [repo, tag] = emptyImage.split(':')
  const answer = await dial(docker, {
    method: 'POST',
    path: '/images/create?',
    options: { fromSrc: '-', repo, tag },
    file: Readable.from(nothing),
    isStream: true,
  })
  answer.resume()
  await new Promise((resolve, reject) => answer.on('end', resolve).on('error', reject))
}

/** Containers of a builder that was killed while it reached into a volume. */
export async function sweepReachers(engine: Engine): Promise<void> {
  const filters = {
    label: [label, ...labelFilter({ platform: engine.platformId })],
    status: ['created'],
  }
  for (const { Id } of await engine.docker.listContainers({ all: true, filters }))
    await ignoring(engine.docker.getContainer(Id).remove({ force: true }), [404, 409])
}

function refused(error: unknown): never {
  throw engineError(error)
}
