import type { DeploymentView } from '@moorage/deployments/views'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { Card } from '../parts/card.tsx'
import { SchemaTable } from './schema-table.tsx'

/** Tools, resources and prompts, as the server listed them when it was deployed. */
export function FoundByHandshake({
  handshake,
}: {
  handshake: NonNullable<DeploymentView['handshake']>
}) {
  const { tools, resources, prompts, instructions } = handshake
  return (
    <div className="grid gap-4">
      <Card title={<Counted name="Tools" count={tools.length} />} flush>
        {tools.length === 0 ? (
          <Nothing>The server listed no tool in its handshake.</Nothing>
        ) : (
          tools.map((tool) => (
            <details key={tool.name} className="group border-t first:border-t-0">
              <summary className="flex items-start gap-2.5 px-4 py-2.5 text-sm -outline-offset-2 transition-colors duration-150 hover:bg-hover">
                <ChevronRight className="mt-0.5 size-4 shrink-0 text-faint transition-transform duration-150 group-open:rotate-90" />
                <div className="min-w-0 sm:flex sm:flex-1 sm:gap-4">
                  <code className="block font-mono break-all sm:w-52 sm:shrink-0">{tool.name}</code>
                  <p className="line-clamp-2 text-muted group-open:line-clamp-none">
                    {tool.description ?? tool.title ?? (
                      <span className="text-faint">no description</span>
                    )}
                  </p>
                </div>
              </summary>
              <div className="px-4 pt-1 pb-4 pl-10">
                <SchemaTable schema={tool.inputSchema} />
              </div>
            </details>
          ))
        )}
      </Card>
      {resources.length > 0 ? (
        <Card title={<Counted name="Resources" count={resources.length} />} flush>
          {resources.map(({ uri, name, description }) => (
            <Row key={uri} name={uri} text={description ?? name} />
          ))}
        </Card>
      ) : null}
      {prompts.length > 0 ? (
        <Card title={<Counted name="Prompts" count={prompts.length} />} flush>
          {prompts.map(({ name, description }) => (
            <Row key={name} name={name} text={description} />
          ))}
        </Card>
      ) : null}
      {instructions ? (
        <Card title="Instructions">
          <p className="max-w-prose text-sm whitespace-pre-wrap text-muted">{instructions}</p>
        </Card>
      ) : null}
    </div>
  )
}

function Counted({ name, count }: { name: string; count: number }) {
  return (
    <>
      {name} <span className="num font-normal text-faint">{count}</span>
    </>
  )
}

function Nothing({ children }: { children: ReactNode }) {
  return <p className="p-4 text-sm text-muted">{children}</p>
}

function Row({ name, text }: { name: string; text: string | null }) {
  return (
    <div className="border-t px-4 py-2.5 text-sm first:border-t-0 sm:flex sm:gap-4">
      <code className="block font-mono break-all sm:w-58 sm:shrink-0">{name}</code>
      <p className="text-muted">{text}</p>
    </div>
  )
}
