'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'

/** For operators: GitHub makes the App from a manifest, and asks before it does. */
export function MakeApp() {
  const [organization, setOrganization] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const query = new URLSearchParams(organization ? { organization } : {})
    window.location.assign(`/api/github/new?${query}`)
  }
  return (
    <Card title="A GitHub App for this platform">
      <form onSubmit={submit} className="grid gap-4">
        <div className="grid gap-2 text-sm text-muted">
          <p>
            With an App of its own, this platform deploys private repositories without deploy keys
            or webhooks, tells GitHub how each commit fares, and comments on pull requests with the
            preview and the tools that changed.
          </p>
          <p>
            It asks to read code and who owns an organization, and to write commit statuses,
            deployments and comments on pull requests. GitHub shows you all of it first.
          </p>
        </div>
        <div className="max-w-sm">
          <TextField
            label="Organization that owns it"
            optional
            placeholder="your own account"
            spellCheck={false}
            autoComplete="off"
            value={organization}
            onChange={(event) => setOrganization(event.target.value.trim())}
          />
        </div>
        <div>
          <Button type="submit" look="primary">
            Make it at GitHub
          </Button>
        </div>
      </form>
    </Card>
  )
}
