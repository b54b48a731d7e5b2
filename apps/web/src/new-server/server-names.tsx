import { slugSchema } from '@moorage/domain/slug'
import { TextField } from '../parts/field.tsx'
import type { OneOfSeveral } from './source-draft.ts'

/** Names of several servers that are made at once; each becomes a URL. */
export function ServerNames({ several }: { several: OneOfSeveral[] }) {
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1.5 text-sm font-medium">Names</legend>
      <p className="text-sm text-muted">Each becomes the URL of a server of its own.</p>
      {several.map((one) => (
        <TextField
          key={one.label}
          label={<span className="font-mono font-normal text-muted">{one.label}</span>}
          spellCheck={false}
          value={one.slug}
          onChange={(event) => one.onSlug(event.target.value)}
          error={nameFault(one, several)}
        />
      ))}
    </fieldset>
  )
}

export function nameFault(one: OneOfSeveral, several: OneOfSeveral[]): string | undefined {
  if (one.slug === '') return 'Give it a name.'
  const parsed = slugSchema.safeParse(one.slug)
  if (!parsed.success) return parsed.error.issues[0]?.message
  const isTwice = several.filter(({ slug }) => slug === one.slug).length > 1
  return isTwice ? 'Two of them cannot have one name.' : undefined
}
