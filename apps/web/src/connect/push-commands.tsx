'use client'
import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** git push to this platform: the commands, and the key that git asks for as its password. */
export function PushCommands({
  slug,
  remote,
  branch,
  mayCreateKey,
}: {
  slug: string
  remote: string
  branch: string
  mayCreateKey: boolean
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const [key, setKey] = useState<string | null>(null)
  const create = useMutation(
    api.keys.create.mutationOptions({
      onSuccess: (made) => setKey(made.key),
      onError: answer.failed,
    }),
  )
  const make = () => create.mutate({ slug, name: `Push ${slug}`, scopes: ['deploy'] })
  return (
    <ol className="grid gap-4">
      <li className="grid gap-2">
        <p>
          <b className="font-medium">1.</b> In the directory of your server:
        </p>
        <CodeBlock
          code={`git remote add moorage ${remote}\ngit push moorage ${branch}`}
          label="Copy the commands"
        />
      </li>
      <li className="grid gap-2" aria-live="polite">
        <p>
          <b className="font-medium">2.</b> git asks for a user name and a password: any name, and
          an API key that may deploy.
        </p>
        {key ? (
          <>
            <CodeBlock code={key} label="Copy the key" wrap />
            <p className="text-sm text-muted">
              Shown this once. It may deploy to this server alone.
            </p>
          </>
        ) : mayCreateKey ? (
          <div>
            <Button onClick={make} busy={create.isPending}>
              {create.isPending ? null : <KeyRound />}
              Create a deploy key
            </Button>
          </div>
        ) : null}
      </li>
      <li>
        <b className="font-medium">3.</b> The build log runs in your terminal, and here.
      </li>
    </ol>
  )
}
