/** The tools that a client will be able to call. */
export function ToolList({ tools }: { tools: { name: string; description: string | null }[] }) {
  if (tools.length === 0)
    return <p className="text-sm text-muted">The server has listed no tools yet.</p>
  return (
    <section className="overflow-hidden rounded-lg border bg-surface text-sm">
      <h2 className="border-b px-4 py-2 font-medium">
        It may use <span className="num font-normal text-faint">{tools.length}</span>
      </h2>
      <ul className="max-h-56 divide-y overflow-y-auto" aria-label="Tools">
        {tools.map(({ name, description }) => (
          <li key={name} className="px-4 py-2">
            <code className="font-mono break-all">{name}</code>
            {description ? <p className="line-clamp-2 text-muted">{description}</p> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
