import type { Settings } from '@moorage/build-plan/settings'
import type { Access, Server, Source } from '@moorage/db/client'
import { Prisma } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { slugSchema } from '@moorage/domain/slug'
import { audit } from './audit.ts'
import { makeDeployKey } from './deploy-key.ts'
import type { Actor, Deps } from './deps.ts'
import { checkRef, checkRootDir, parseRepoUrl, type RepoUrlPolicy } from './repo-url.ts'
import { checkSource } from './server-source.ts'

export type NewServer = {
  teamId: string
  slug: string
  name?: string | undefined
  repoUrl?: string | undefined
  branch?: string | undefined
  rootDir?: string | undefined
  access?: Access | undefined
  /** `git` where left out. */
  source?: Source | undefined
  settings?: Settings | undefined
  /** An OpenAPI document; `settings.openapi.document` is its file name. */
  document?: string | null | undefined
}

/**
 * Throws `bad_input` for a bad slug, URL, branch or directory, `plan_failed` for settings that say
 * nothing that can run, and `conflict` where the slug is taken.
 */
export async function createServer(
  deps: Pick<Deps, 'db' | 'events' | 'encryptionKey'> & { repoUrlPolicy: RepoUrlPolicy },
  input: NewServer,
  actor: Actor,
): Promise<Server> {
  const slug = checkSlug(input.slug)
  const id = newId('srv')
  const repo = input.repoUrl ? parseRepoUrl(input.repoUrl, deps.repoUrlPolicy) : null
  const deployKey = repo?.protocol === 'ssh' ? makeDeployKey(deps.encryptionKey, id, slug) : null
  const source = {
    source: input.source ?? 'git',
    repoUrl: repo?.url ?? null,
    document: input.document ?? null,
  }
  const { settings } = checkSource({ ...source, settings: input.settings ?? {} })
  try {
    const server = await deps.db.server.create({
      data: {
        id,
        teamId: input.teamId,
        slug,
        name: input.name?.trim() || slug,
        ...source,
        settings,
        branch: checkRef(input.branch ?? 'main'),
        rootDir: checkRootDir(input.rootDir ?? '.'),
        access: input.access ?? 'private',
        deployKey: deployKey?.sealedPrivateKey ?? null,
        deployKeyPublic: deployKey?.publicKey ?? null,
      },
    })
    await audit(deps, actor, 'server.create', server)
    await deps.events.publish({ type: 'server', serverId: server.id })
    return server
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
      throw slugTaken(slug)
    throw error
  }
}

function checkSlug(text: string): string {
  const parsed = slugSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new AppError('bad_input', `"${text.slice(0, 60)}" cannot be a server's name.`, {
    hint: parsed.error.issues[0]?.message ?? 'Use 3 to 40 of a-z, 0-9 and single hyphens.',
  })
}

function slugTaken(slug: string): AppError {
  return new AppError('conflict', `The name "${slug}" is taken.`, {
    hint: 'Names are unique on the platform, because they are the URL. Choose another.',
  })
}
