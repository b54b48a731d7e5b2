import { GitBranch, Terminal } from 'lucide-react'
import { LinkButton } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'

/** The first thing a team sees: both ways to a server, with this platform's own values. */
export function NoServers({ gitUrl, mayCreate }: { gitUrl: string; mayCreate: boolean }) {
  if (!mayCreate)
    return (
      <p className="text-muted">
        Your team has no server yet. A developer of the team can make one.
      </p>
    )
  return (
    <div className="grid max-w-4xl gap-4 pt-2 lg:grid-cols-2">
      <section className="flex flex-col gap-3 rounded-lg border bg-surface p-5">
        <GitBranch className="size-5 text-accent" aria-hidden="true" />
        <h2 className="text-lg font-semibold">Deploy a repository</h2>
        <p className="text-muted">
          Paste the URL of a git repository that holds an MCP server. Moorage builds it, starts it,
          checks it with a real MCP handshake and gives it a URL.
        </p>
        <div className="mt-auto pt-2">
          <LinkButton href="/new" look="primary">
            New server from a URL
          </LinkButton>
          <p className="mt-3 text-sm text-muted">
            No repository? A package by name (npx, uvx), an image, an OpenAPI document or a remote
            server will do.
          </p>
        </div>
      </section>
      <section className="flex min-w-0 flex-col gap-3 rounded-lg border bg-surface p-5">
        <Terminal className="size-5 text-accent" aria-hidden="true" />
        <h2 className="text-lg font-semibold">Push your own</h2>
        <p className="text-muted">In the directory of your server, with git alone:</p>
        <CodeBlock
          code={`git remote add moorage ${gitUrl}/my-server.git\ngit push moorage main`}
          label="Copy the commands"
        />
        <div className="mt-auto pt-2">
          <LinkButton href="/new?source=push">Name it and get a key</LinkButton>
        </div>
      </section>
    </div>
  )
}
