'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { useAuthCall } from './use-auth-call.ts'

export function ProfileCard({ name: present }: { name: string }) {
  const [name, setName] = useState(present)
  const save = useAuthCall('Saved.')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void save.run((client) => client.updateUser({ name: name.trim() }))
  }
  return (
    <Card title="Name">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="min-w-48 flex-1">
          <TextField
            label="What others see"
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            required
          />
        </div>
        <Button type="submit" busy={save.busy} disabled={!name.trim() || name === present}>
          Save
        </Button>
      </form>
    </Card>
  )
}
