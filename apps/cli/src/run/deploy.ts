import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { slugSchema } from '@moorage/domain/slug'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { describedSource, type SourceFlags } from '../described-source.ts'
import { envFlags, setVariables } from '../env-flags.ts'
import { findServer } from '../find-server.ts'
import { packSource } from '../pack-source.ts'
import { createProgress } from '../progress.ts'
import { pushUpload } from '../push-upload.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'
import { deployFromSettings } from './deploy-from-settings.ts'
import { deployFromUrl } from './deploy-from-url.ts'
import { findRepository } from './github.ts'

type Flags = SourceFlags & {
  server?: string
  repo?: string
  github?: string
  branch?: string
  root?: string
  env?: string[]
  wait?: boolean
}

/** Sends what git tracks in the directory, and stays until it is live or has failed. */
export async function deploy(session: Session, dir: string, flags: Flags): Promise<void> {
  const env = envFlags(session, flags.env)
  if (flags.github !== undefined) {
    const { url, defaultBranch } = await findRepository(session, flags.github)
    return deployFromUrl(session, url, { ...flags, env, defaultBranch })
  }
  if (flags.repo !== undefined) return deployFromUrl(session, flags.repo, { ...flags, env })
  for (const name of ['branch', 'root'] as const)
    if (flags[name] !== undefined)
      throw new CliError(
        `--${name} goes with --repo or --github: files are deployed from here as they are.`,
        {
          exitCode: 2,
        },
      )
  const described = await describedSource(session.cwd, flags)
  if (described) {
    const source = { ...described, env: { ...described.env, ...env } }
    return deployFromSettings(session, source, flags)
  }
  const path = resolve(session.cwd, dir)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`${path} is not a directory.`, {
      exitCode: 2,
      hint: /:\/\/|^git@/.test(dir) ? `Did you mean: moorage deploy --repo ${dir}` : null,
    })
  const slug = checkSlug(await chooseSlug(session, flags.server, path))
  const progress = createProgress(session.terminal)
  try {
    progress.state('Packing')
    const me = await session.api.me.get.query()
    if (!me.principal)
      throw new CliError('This API key is unknown, expired or revoked.', {
        exitCode: 3,
        hint: `It comes from: ${session.platform.from}. Sign in with: moorage login`,
      })
    const server = await findServer(session, slug)
    if (server) await setVariables(session, slug, env)
    else if (flags.env) await session.api.servers.create.mutate({ slug, env })
    await using source = await packSource(session.env, path, server?.rootDir ?? '.')
    for (const line of source.notes) progress.line(line)
    progress.state(`Sending ${source.describe}`)
    const sha = await pushUpload(session, { source, slug, gitUrl: me.platform.gitUrl })
    const id = await deploymentOf(session, slug, sha)
    await seeThrough(session, { id, slug, wait: flags.wait ?? true, progress })
  } finally {
    progress.end()
  }
}

function checkSlug(text: string): string {
  const checked = slugSchema.safeParse(text)
  if (checked.success) return checked.data
  throw new CliError(`"${text}" cannot be a server's name.`, {
    exitCode: 2,
    hint: `${checked.error.issues[0]?.message ?? ''} Name it with --server.`.trim(),
  })
}

/** An upload's commit is made for it alone, so its hash names the deployment. */
async function deploymentOf(session: Session, slug: string, sha: string): Promise<string> {
  const newest = await session.api.deployments.list.query({ slug, limit: 20 })
  const found = newest.find((deployment) => deployment.commitSha === sha)
  if (found) return found.id
  throw new CliError('The code arrived, but no deployment came of it.', {
    hint: `moorage deployments create ${slug}`,
  })
}
