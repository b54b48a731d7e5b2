'use client'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { AddTargetForm } from './add-target-form.tsx'

export function AddTarget({ team }: { team: string }) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const change = (next: boolean) => {
    setOpen(next)
    if (next) setSecret(null)
    else router.refresh()
  }
  return (
    <>
      <Button look="primary" onClick={() => change(true)}>
        <Plus />
        Add
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={secret ? 'Copy the secret now' : 'Tell somebody'}
        description={
          secret
            ? 'Deliveries are signed with it (Moorage-Signature). This is the only time it is shown.'
            : 'Of all servers of the team.'
        }
      >
        {secret ? (
          <ShownOnce value={secret} what="secret" onDone={() => change(false)} />
        ) : (
          <AddTargetForm
            team={team}
            onMade={(made) => (made.secret ? setSecret(made.secret) : change(false))}
          />
        )}
      </Dialog>
    </>
  )
}
