'use client'
import { useMutation } from '@tanstack/react-query'
import { FileJson } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { readOpenapi } from '../new-server/read-openapi.ts'
import { FileButton } from '../parts/file-button.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** A newer version of the OpenAPI document that the server was made of. */
export function ReplaceDocument() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const [fault, setFault] = useState<string | null>(null)
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: () => answer.done('Replaced. It counts from the next deployment on.'),
      onError: answer.failed,
    }),
  )
  const { openapi } = server.settings
  if (!openapi || /^https:/.test(openapi.document)) return null
  const replace = async (file: File) => {
    const document = await file.text()
    const isFit = readOpenapi(document) !== null
    setFault(isFit ? null : `${file.name} is not an OpenAPI 3 document.`)
    if (isFit) update.mutate({ slug: server.slug, document })
  }
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3 rounded-lg border px-3 py-2 text-sm">
      <FileJson className="size-4 shrink-0 text-faint" aria-hidden="true" />
      <span className="min-w-0 flex-1 truncate">{openapi.document}, as it was uploaded</span>
      {can.update ? (
        <FileButton
          accept=".json,.yaml,.yml"
          busy={update.isPending}
          onFile={(file) => void replace(file)}
        >
          Replace
        </FileButton>
      ) : null}
      {fault ? (
        <p role="alert" className="basis-full text-failed">
          {fault}
        </p>
      ) : null}
    </div>
  )
}
