import type { ToolChanges } from '@moorage/domain/tool-changes'

/** The preview of one server, as a comment on its pull request tells of it. */
export type CommentedPreview = {
  server: string
  /** Null before anything is live. */
  url: string | null
  /** Of the newest deployment. */
  text: string
  page: string | null
  commitSha: string | null
  /** Against production; null where one of them was never live. */
  tools: ToolChanges | null
}

/** How the comment of a team is found again. */
export const commentMark = (teamId: string) => `<!-- moorage ${teamId} -->`

const maxNames = 20

export function requestComment(teamId: string, previews: CommentedPreview[]): string {
  return [commentMark(teamId), ...previews.map(section)].join('\n\n')
}

function section({ server, url, text, page, commitSha, tools }: CommentedPreview): string {
  const commit = commitSha ? ` (${commitSha.slice(0, 7)})` : ''
  const state = page ? `[${code(text)}](${page})` : code(text)
  return [
    `### Moorage: ${code(server)}`,
    `${state}${commit}`,
    ...(url ? [`Preview: ${url}`] : []),
    ...(tools ? [toolLines(tools)] : []),
  ].join('\n\n')
}

function toolLines({ added, removed, changed }: ToolChanges): string {
  const lines = [
    line('added', added.map(code)),
    line('removed', removed.map(code)),
    line(
      'changed',
      changed.map(({ name, fields }) => `${code(name)} (${fields.join(', ')})`),
    ),
  ].filter(Boolean)
  return lines.length > 0 ? lines.join('\n') : 'The same tools as in production.'
}

function line(word: string, names: string[]): string {
  if (names.length === 0) return ''
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : ''
  return `- Tools ${word}: ${names.slice(0, maxNames).join(', ')}${more}`
}

/** Names come from the repository's own code: as code they are no mark-up and call nobody. */
function code(text: string): string {
  return `\`${text.replace(/[`\p{Cc}]/gu, ' ').slice(0, 160)}\``
}
