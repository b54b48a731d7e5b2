'use client'
import { Plus } from 'lucide-react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { Time } from '../parts/time.tsx'
import { useAuthCall } from './use-auth-call.ts'

type Passkey = { id: string; name: string | null; createdAt: Date | null }

export function PasskeyCard({ passkeys }: { passkeys: Passkey[] }) {
  const add = useAuthCall('The passkey is added.')
  const remove = useAuthCall('The passkey is removed.')
  const number = passkeys.length + 1
  return (
    <Card
      title="Passkeys"
      flush
      aside={
        <Button
          size="sm"
          busy={add.busy}
          onClick={() =>
            void add.run(async (client) => {
              const answer = await client.passkey.addPasskey({ name: `Passkey ${number}` })
              return { error: answer?.error ?? null }
            })
          }
        >
          <Plus />
          Add
        </Button>
      }
    >
      {passkeys.length === 0 ? (
        <p className="p-4 text-sm text-muted">
          None. With one you sign in by fingerprint, face or a security key.
        </p>
      ) : (
        <ul>
          {passkeys.map(({ id, name, createdAt }) => (
            <li
              key={id}
              className="flex items-center gap-3 border-t px-4 py-2.5 text-sm first:border-t-0"
            >
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium">{name || 'Passkey'}</p>
                {createdAt ? (
                  <p className="text-faint">
                    added <Time at={createdAt} />
                  </p>
                ) : null}
              </div>
              <ConfirmButton
                label="Remove"
                title="Remove this passkey?"
                description="It signs nobody in any more. Remove it from your device too."
                busy={remove.busy}
                onConfirm={() => void remove.run((client) => client.passkey.deletePasskey({ id }))}
              />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
