'use client'
import { ArrowUp } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { useAddressParam } from '../parts/use-address-param.ts'
import { useAnswer } from '../parts/use-answer.ts'
import { RequestDetail } from './request-detail.tsx'
import { RequestTableRow } from './request-table-row.tsx'
import { useReadPosition } from './use-read-position.ts'
import { type RequestRow, useRequests } from './use-requests.ts'

/** What was called, by whom, with what result; newest first, live. */
export function RequestTable({
  slug,
  failedOnly,
  initial,
  initialOpen,
}: {
  slug: string
  failedOnly: boolean
  initial: RequestRow[]
  /** The request whose detail is shown. */
  initialOpen: string | null
}) {
  const { rows, hasOlder, showOlder } = useRequests(slug, failedOnly, initial)
  const { shown, newCount, toTop } = useReadPosition(rows)
  const [isLoading, setIsLoading] = useState(false)
  const [open, setOpen] = useState(initialOpen)
  const setAddress = useAddressParam('request')
  const answer = useAnswer()
  const show = useCallback(
    (id: string | null) => {
      setOpen(id)
      setAddress(id ?? '')
    },
    [setAddress],
  )
  const older = () => {
    setIsLoading(true)
    void showOlder()
      .catch(answer.failed)
      .finally(() => setIsLoading(false))
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-center gap-1 text-sm">
        <FilterLink href={`/servers/${slug}/requests`} isCurrent={!failedOnly}>
          All
        </FilterLink>
        <FilterLink href={`/servers/${slug}/requests?show=failed`} isCurrent={failedOnly}>
          Failed
        </FilterLink>
      </div>
      {newCount > 0 ? (
        <button
          type="button"
          onClick={toTop}
          className="num sticky top-2 z-10 flex h-7 items-center gap-1.5 justify-self-center rounded-full border bg-raised px-3 text-sm shadow-sm hover:bg-hover"
        >
          <ArrowUp className="size-3.5" /> {newCount} new
        </button>
      ) : null}
      {shown.length === 0 ? (
        <div className="rounded-lg border bg-surface p-6 text-sm text-muted">
          {failedOnly
            ? 'No request failed.'
            : 'No request yet. Connect a client with a snippet of the overview: every call appears here as it happens.'}
        </div>
      ) : (
        <div className="overflow-hidden rounded-lg border bg-surface">
          <table className="w-full table-fixed text-sm">
            <thead className="text-left text-xs text-faint">
              <tr className="h-9 border-b [&_th]:px-3 [&_th]:font-normal">
                <th className="w-24 max-sm:w-21">When</th>
                <th>Call</th>
                <th className="w-32">Result</th>
                <th className="w-24 text-right max-sm:hidden">Time</th>
                <th className="w-24 text-right max-lg:hidden">Size</th>
                <th className="w-[22%] max-md:hidden">Caller</th>
                <th className="w-28 max-xl:hidden">Protocol</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <RequestTableRow key={row.id} row={row} onOpen={show} />
              ))}
            </tbody>
          </table>
          {hasOlder ? (
            <div className="border-t p-2 text-center">
              <Button size="sm" look="quiet" busy={isLoading} onClick={older}>
                Show older
              </Button>
            </div>
          ) : null}
        </div>
      )}
      <RequestDetail
        slug={slug}
        id={open}
        row={rows.find(({ id }) => id === open)}
        onClose={() => show(null)}
      />
    </div>
  )
}

function FilterLink({
  href,
  isCurrent,
  children,
}: {
  href: string
  isCurrent: boolean
  children: string
}) {
  return (
    <Link
      href={href}
      replace
      aria-current={isCurrent ? 'true' : undefined}
      className="flex h-7 items-center rounded-md px-2.5 text-muted hover:text-text aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-text"
    >
      {children}
    </Link>
  )
}
