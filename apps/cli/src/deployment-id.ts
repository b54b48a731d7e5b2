import { chooseSlug } from './choose-slug.ts'
import { CliError } from './cli-error.ts'
import type { Session } from './session.ts'

/** The whole id of a deployment, which may be given as `dep_...` or in its short form. */
export async function deploymentId(
  session: Session,
  text: string,
  named: string | undefined,
): Promise<string> {
  if (/^dep_[0-9a-z]{16}$/.test(text)) return text
  const slug = await chooseSlug(session, named)
  const short = text.replace(/^dep_/, '')
  const deployments = await session.api.deployments.list.query({ slug, limit: 100 })
  const found = deployments.filter((it) => short.length >= 4 && it.id.startsWith(`dep_${short}`))
  const [only] = found
  if (only && found.length === 1) return only.id
  throw new CliError(`"${text}" is no deployment of "${slug}".`, {
    exitCode: 4,
    hint: `moorage deployments list ${slug}   or name its server: --server <slug>`,
  })
}
