'use client'
import type { PreviewView } from '@moorage/deployments/list-previews'
import { useLive } from '../api-client/use-live.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { PreviewRow } from './preview-row.tsx'
import { PreviewSettings } from './preview-settings.tsx'

/** What is live beside this server, and what gets a preview at all. */
export function Previews({ initial }: { initial: PreviewView[] }) {
  const { server } = useLiveServer()
  const { slug } = server
  const previews = useLive(`previews:${slug}`, initial, (client, handlers) =>
    client.previews.watch.subscribe({ slug }, handlers),
  )
  return (
    <div className="grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-5">
      {previews.length > 0 ? (
        <ul className="overflow-hidden rounded-lg border bg-surface" aria-live="polite">
          {previews.map((preview) => (
            <PreviewRow key={preview.name} preview={preview} />
          ))}
        </ul>
      ) : (
        <NoPreviews />
      )}
      <PreviewSettings />
    </div>
  )
}

function NoPreviews() {
  const { server } = useLiveServer()
  const isOff = server.pushing.previews === 'none'
  return (
    <section className="grid gap-3 rounded-lg border bg-surface p-4">
      <h2 className="text-base font-medium">No previews</h2>
      {server.source === 'settings' ? (
        <p className="text-sm text-muted">
          This server has no repository, so it has no branches either.
        </p>
      ) : isOff ? (
        <p className="text-sm text-muted">They are switched off below.</p>
      ) : (
        <>
          <p className="text-sm text-muted">
            A branch beside “{server.branch}” gets a URL of its own, with the variables of previews
            and half the memory. It goes with the branch.
          </p>
          <CodeBlock
            code={`moorage link ${server.slug}\ngit push moorage feature-x`}
            label="Copy the commands"
          />
        </>
      )}
    </section>
  )
}
