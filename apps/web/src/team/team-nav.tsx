import Link from 'next/link'

/** The pages about a team. */
export function TeamNav({
  current,
  mayAudit,
}: {
  current: 'team' | 'github' | 'audit'
  mayAudit: boolean
}) {
  const pages = [
    { key: 'team', href: '/team', label: 'Members and settings' },
    { key: 'github', href: '/team/github', label: 'GitHub' },
    ...(mayAudit ? [{ key: 'audit', href: '/team/audit', label: 'Audit log' }] : []),
  ]
  return (
    <nav aria-label="Team" className="mb-5 flex gap-4 border-b px-4 md:px-8">
      {pages.map(({ key, href, label }) => (
        <Link
          key={key}
          href={href}
          aria-current={key === current ? 'page' : undefined}
          className="-mb-px border-b-2 border-transparent py-2 text-sm text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}
