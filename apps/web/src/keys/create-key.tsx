'use client'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { CreateKeyForm } from './create-key-form.tsx'

/** `slug`: a key for that server alone, else the maker chooses. */
export function CreateKey({
  team,
  slug,
  servers = [],
  serviceAccount,
  look = 'secondary',
}: {
  team: string
  slug?: string
  servers?: string[]
  /** Whose it is to be; else the maker's own. */
  serviceAccount?: { id: string; name: string }
  look?: 'primary' | 'secondary'
}) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const change = (next: boolean) => {
    setOpen(next)
    if (next) setMade(null)
    else router.refresh()
  }
  return (
    <>
      <Button look={look} size={look === 'primary' ? 'md' : 'sm'} onClick={() => change(true)}>
        <Plus />
        New key
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={made ? 'Copy the key now' : 'New key'}
        description={
          made
            ? 'This is the only time it is shown. Moorage keeps a hash, not the key.'
            : slug
              ? `For ${slug} alone. It ends when you leave the team.`
              : serviceAccount
                ? `Of ${serviceAccount.name}: it may what that role may, and ends with it.`
                : 'For MCP clients, git, the CLI and scripts. It ends when you leave the team.'
        }
      >
        {made ? (
          <ShownOnce value={made} what="key" onDone={() => change(false)} />
        ) : (
          <CreateKeyForm
            team={team}
            slug={slug}
            servers={servers}
            serviceAccount={serviceAccount?.id}
            onMade={setMade}
          />
        )}
      </Dialog>
    </>
  )
}
