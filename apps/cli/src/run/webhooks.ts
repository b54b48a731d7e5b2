import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { server?: string }

export async function listWebhooks(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const webhook = await api.webhooks.get.query({ slug })
  if (terminal.json) return terminal.printJson(webhook)
  terminal.print(`Send pushes and pull requests to ${webhook.url}`)
  if (!webhook.hasSecret)
    return terminal.note(`It takes nothing before it has a secret: moorage webhooks secret ${slug}`)
  for (const { why, count, lastAt } of webhook.refusals)
    terminal.note(`Refused ${count === 1 ? 'once' : `${count} times`}, last ${ago(lastAt)}: ${why}`)
  if (webhook.deliveries.length === 0) return terminal.note('Nothing was taken yet.')
  printTable(
    terminal,
    ['ID', 'WHEN', 'FROM', 'EVENT', 'STATUS', 'RESULT'],
    webhook.deliveries.map(({ id, receivedAt, forge, event, status, result }) => [
      id,
      ago(receivedAt),
      forge,
      event,
      status,
      result.map((one) => `${one.slug}: ${one.message}`).join(' '),
    ]),
  )
}

export async function rotateSecret(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const made = await api.webhooks.rotateSecret.mutate({ slug })
  if (terminal.json) return terminal.printJson(made)
  terminal.print(`address  ${made.url}`)
  terminal.print(`secret   ${made.secret}`)
  terminal.note('It is shown this once. Send JSON, and pushes and pull requests only.')
}

export async function showDelivery(session: Session, id: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const { payload } = await api.webhooks.payload.query({ slug, id })
  if (payload === null)
    throw new CliError(`What was sent as ${id} is not kept.`, {
      exitCode: 4,
      hint: `moorage webhooks ${slug}`,
    })
  if (terminal.json) return terminal.printJson({ id, payload })
  terminal.print(payload)
}

export async function redeliver(session: Session, id: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const answer = await api.webhooks.redeliver.mutate({ slug, id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${id} is followed once more: moorage webhooks ${slug}`)
}
