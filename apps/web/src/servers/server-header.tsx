'use client'
import { ChevronRight, Rocket } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useDeploy } from '../deployments/use-deploy.ts'
import { Button } from '../parts/button.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { serverPages } from '../shell/destinations.ts'
import { useLiveServer } from './server-live.tsx'
import { serverMark } from './server-mark.ts'

/** Name, state, the one main action, and the pages of this server. */
export function ServerHeader() {
  const { server, can } = useLiveServer()
  const pathname = usePathname()
  const base = `/servers/${server.slug}`
  const deploy = useDeploy(server)
  return (
    <header className="border-b px-4 pt-4 md:px-8 md:pt-6">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
        <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1.5 text-muted">
          <Link href="/" className="shrink-0 rounded-sm hover:text-text">
            Servers
          </Link>
          <ChevronRight className="size-3.5 shrink-0 text-faint" aria-hidden="true" />
          <h1 className="truncate text-lg font-semibold text-text" title={server.name}>
            {server.name}
          </h1>
        </nav>
        <span aria-live="polite">
          <StatusMark mark={serverMark(server)} look="pill" />
        </span>
        {can.deploy && server.latest && deploy.isPossible ? (
          <Button look="primary" className="ml-auto" busy={deploy.isBusy} onClick={deploy.start}>
            {deploy.isBusy ? null : <Rocket />}
            Deploy again
          </Button>
        ) : null}
      </div>
      <nav aria-label="Server" className="mt-3 -mb-px flex gap-5 overflow-x-auto text-sm">
        {serverPages.map(({ path, label, keys }) => {
          const current = path === '' ? !isOther(pathname, base) : pathname === base + path
          return (
            <Link
              key={path}
              href={base + path}
              title={`${label} (${keys})`}
              aria-current={current ? 'page' : undefined}
              className="flex h-9 shrink-0 items-center border-b-2 border-transparent text-muted -outline-offset-2 transition-colors duration-150 hover:text-text aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-text"
            >
              {label}
            </Link>
          )
        })}
      </nav>
    </header>
  )
}

function isOther(pathname: string, base: string): boolean {
  return serverPages.some(({ path }) => path !== '' && pathname === base + path)
}
