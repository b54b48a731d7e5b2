'use client'
import { Check, ChevronsUpDown, Plus } from 'lucide-react'
import { useState } from 'react'
import { Menu, MenuItem, MenuSeparator } from '../parts/menu.tsx'
import { CreateTeam } from '../team/create-team.tsx'
import { MoorageMark } from './mark.tsx'
import { rememberTeam } from './team-cookie.ts'

export type TeamChoice = { slug: string; name: string }

/** Whose things are shown, and the other teams one is in. */
export function TeamSwitcher({
  team,
  teams,
  look = 'row',
}: {
  team: TeamChoice
  teams: TeamChoice[]
  look?: 'row' | 'bar'
}) {
  const [creating, setCreating] = useState(false)
  return (
    <>
      <Menu
        side="bottom"
        align="start"
        trigger={
          <button
            type="button"
            title={team.name}
            className={`flex min-w-0 items-center gap-2.5 rounded-md p-1 text-left hover:bg-hover ${look === 'row' ? 'mb-3' : 'w-full'}`}
          >
            <MoorageMark />
            <span className="min-w-0 flex-1 truncate font-semibold">{team.name}</span>
            <ChevronsUpDown className="size-3.5 shrink-0 text-faint" />
            <span className="sr-only">Change the team</span>
          </button>
        }
      >
        <div className="max-h-[60vh] overflow-y-auto">
          {teams.map((it) => (
            <MenuItem key={it.slug} onClick={() => go(it.slug)}>
              <span className="max-w-64 min-w-0 flex-1 truncate">{it.name}</span>
              {it.slug === team.slug ? <Check aria-label="shown now" /> : null}
            </MenuItem>
          ))}
        </div>
        <MenuSeparator />
        <MenuItem onClick={() => setCreating(true)}>
          <Plus />
          New team
        </MenuItem>
      </Menu>
      <CreateTeam open={creating} onOpenChange={setCreating} />
    </>
  )
}

/** A full page load: nothing of the other team stays in memory. */
export function go(slug: string): void {
  rememberTeam(slug)
  window.location.assign('/')
}
