import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { AppError } from '@moorage/domain/error'
import { bridgeFiles } from '@moorage/mcp/bridge-files'
import type Docker from 'dockerode'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { oneAtATime } from '../one-at-a-time.ts'
import { type BaseImages, baseImage } from './base-image.ts'
import { type Engine, engineError, ignoring, orNull } from './engine.ts'
import { toLabels } from './labels.ts'

/** Where the volume is mounted in the container of a server that speaks stdio. */
export const bridgeMount = '/moorage'

/** In front of the server's own command: needs nothing of the image, be it musl or without a shell. */
export function bridgeCommand(
  plan: BuildPlan,
  maxChildren: number,
  command: readonly string[],
): string[] {
  const loader = [`${bridgeMount}/ld.so`, '--library-path', `${bridgeMount}/lib`]
  const listen = ['--host', '0.0.0.0', '--port', String(plan.port), '--path', plan.path]
  const program = [`${bridgeMount}/node`, `${bridgeMount}/bridge/main.js`]
  return [...loader, ...program, ...listen, '--max-children', String(maxChildren), '--', ...command]
}

export type BridgeVolumes = {
  /** The name of a volume that holds the bridge, a Node and what that Node needs; made where it is missing. */
  ensure(run: { onLog: (line: string) => void; signal: AbortSignal }): Promise<string>
}

type Files = ReturnType<typeof bridgeFiles>

const label = 'dev.moorage.bridge'
const node = { language: 'node', version: '24' } as const

/** One volume for all servers and platforms on the engine, named by the hash of what it holds. */
export function bridgeVolumes(engine: Engine, templates: BaseImages): BridgeVolumes {
  const filled = new Set<string>()
  const exclusive = oneAtATime()
  let files: Files | undefined
  return {
    ensure: (run) =>
      exclusive('bridge', async () => {
        const image = await baseImage(engine.docker, { names: templates }, node, run)
        files ??= bridgeFiles()
        const name = `moorage-bridge-${await hashOf(engine, image, files)}`
        const exists = (await orNull(engine.docker.getVolume(name).inspect())) !== null
        if (exists && filled.has(name)) return name
        run.onLog('Preparing the bridge for servers that speak stdio')
        await fill(engine, image, name, files)
        filled.add(name)
        return name
      }),
  }
}

async function hashOf(engine: Engine, image: string, files: Files): Promise<string> {
  const { Id } = await engine.docker.getImage(image).inspect()
  const content = JSON.stringify([Id, fillScript, files])
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}

/**
 * Runs in the Node image. Every file comes by a rename, and the mark comes last: two builders may do
 * this at once, even while a server runs from the volume already.
 */
const fillScript = `
const { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } = require('node:fs')
const { basename } = require('node:path')
const to = '${bridgeMount}'
if (existsSync(to + '/ready')) process.exit(0)
const put = (from, name) => {
  const part = to + '/' + name + '.' + require('node:os').hostname()
  copyFileSync(from, part)
  chmodSync(part, 0o755)
  renameSync(part, to + '/' + name)
}
for (const dir of ['lib', 'bridge']) mkdirSync(to + '/' + dir, { recursive: true })
process.report.excludeNetwork = true
const libraries = process.report.getReport().sharedObjects.filter((path) => path.startsWith('/'))
for (const path of libraries) put(path, 'lib/' + basename(path))
put(libraries.find((path) => /^ld-/.test(basename(path))), 'ld.so')
put(process.execPath, 'node')
for (const name of readdirSync('/bridge')) put('/bridge/' + name, 'bridge/' + name)
writeFileSync(to + '/ready', '')
`

async function fill(engine: Engine, image: string, volume: string, files: Files): Promise<void> {
  const { docker } = engine
  await docker.createVolume({ Name: volume, Labels: { [label]: volume } })
  const container = await docker.createContainer({
    name: `${volume}-${randomUUID()}`,
    Image: image,
    Entrypoint: ['node', '-e', fillScript],
    Cmd: [],
    User: '0:0',
    Labels: { ...toLabels({ platform: engine.platformId }), [label]: volume },
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Mounts: [bridgeMountOf(volume, { readOnly: false })],
    },
  })
  try {
    await container.putArchive(Readable.from(bridgeArchive(files)), { path: '/' })
    const ended = container.wait({ condition: 'next-exit' })
    await container.start()
    const { StatusCode } = z.object({ StatusCode: z.number() }).parse(await ended)
    if (StatusCode !== 0)
      throw new AppError('unavailable', 'The bridge for servers that speak stdio cannot be made.', {
        message: String(await container.logs({ stderr: true })),
        hint: 'The operator should see to the base image for Node.',
      })
  } catch (error) {
    throw engineError(error)
  } finally {
    await ignoring(container.remove({ force: true }), [404, 409])
  }
}

function bridgeArchive(files: Files) {
  const tar = pack()
  for (const { path, content } of files) tar.entry({ name: `bridge/${path}` }, content)
  tar.finalize()
  return tar
}

export function bridgeMountOf(
  volume: string,
  { readOnly }: { readOnly: boolean },
): Docker.MountSettings {
  return { Type: 'volume', Source: volume, Target: bridgeMount, ReadOnly: readOnly }
}

/** Containers of a builder that was killed while it filled a volume, and volumes that nothing uses. */
export async function sweepBridges(engine: Engine): Promise<void> {
  const mine = Object.entries({ ...toLabels({ platform: engine.platformId }) })
  const filters = { label: [label, ...mine.map(([name, value]) => `${name}=${value}`)] }
  for (const { Id } of await engine.docker.listContainers({ all: true, filters }))
    await ignoring(engine.docker.getContainer(Id).remove({ force: true }), [404, 409])
  const { Volumes } = await engine.docker.listVolumes({ filters: { label: [label] } })
  for (const volume of Volumes ?? []) {
    const found = volumeSchema.parse(volume)
    // A young one may be about to be used by another builder.
    if (Date.now() - found.CreatedAt.getTime() < unusedMs) continue
    await ignoring(engine.docker.getVolume(found.Name).remove(), [404, 409])
  }
}

const volumeSchema = z.object({ Name: z.string(), CreatedAt: z.coerce.date() })
const unusedMs = 24 * 3600_000
