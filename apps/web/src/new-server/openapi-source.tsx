'use client'
import { FileJson, Upload } from 'lucide-react'
import { type DragEvent, useMemo, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Spinner } from '../parts/spinner.tsx'
import { openapiSettings } from './openapi-settings.ts'
import { everyOperation, OperationList } from './operation-list.tsx'
import { readOpenapi } from './read-openapi.ts'
import { type HeaderRow, headersAndEnv, SecretHeaders } from './secret-headers.tsx'
import { SettingsSource } from './settings-source.tsx'
import type { Place } from './source-draft.ts'
import { useDocumentAt } from './use-document-at.ts'

const maxBytes = 1024 * 1024
type Uploaded = { name: string; text: string }

/** The operations of an HTTP API as tools: its document is uploaded, or read at an address. */
export function OpenapiSource({ place }: { place: Place }) {
  const [url, setUrl] = useState('')
  const [upload, setUpload] = useState<Uploaded | null>(null)
  const [uploadFault, setUploadFault] = useState<string | null>(null)
  const [baseUrl, setBaseUrl] = useState('')
  const [rows, setRows] = useState<HeaderRow[]>([])
  const [choice, setChoice] = useState(everyOperation)
  const remote = useDocumentAt(place.team, upload ? '' : url.trim())
  const text = upload?.text ?? remote.text
  const found = useMemo(() => (text === null ? null : readOpenapi(text)), [text])
  const { headers, env } = useMemo(() => headersAndEnv(rows), [rows])
  const document = upload ? documentName(upload) : url.trim()
  const result = useMemo(
    () =>
      document
        ? openapiSettings({ document, baseUrl: baseUrl.trim(), headers, found, choice })
        : null,
    [document, baseUrl, headers, found, choice],
  )
  const fault = result && 'fault' in result ? result.fault : null

  const take = async (file: File | undefined) => {
    setUploadFault(null)
    setChoice(everyOperation)
    if (!file) return
    if (file.size > maxBytes) setUploadFault('It is over 1 MB: give its https address instead.')
    else setUpload({ name: file.name, text: await file.text() })
  }
  return (
    <SettingsSource
      place={place}
      described={{
        settings: result && 'settings' in result ? result.settings : null,
        document: upload?.text ?? null,
        name: found?.title,
        env,
        missing: fault ?? 'Upload an OpenAPI document, or give its https address.',
      }}
    >
      {upload ? (
        <div className="flex items-center gap-3 rounded-lg border bg-surface px-3 py-2.5 text-sm">
          <FileJson className="size-4 shrink-0 text-accent" aria-hidden="true" />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{found?.title || upload.name}</span>
            <span className="block truncate text-xs text-faint">{upload.name}</span>
          </span>
          <Button size="sm" onClick={() => setUpload(null)}>
            Another one
          </Button>
        </div>
      ) : (
        <DocumentFields
          url={url}
          onUrl={(next) => {
            setUrl(next)
            setChoice(everyOperation)
          }}
          onFile={take}
          fault={uploadFault}
        />
      )}
      <div aria-live="polite" className="empty:hidden">
        {text !== null && !found ? (
          <Notice
            look="error"
            title={`${upload?.name ?? url.trim()} is not an OpenAPI 3 document.`}
          >
            It has to be JSON or YAML with "openapi: 3.x" and "paths".
          </Notice>
        ) : remote.failure ? (
          <Notice look="warning" title={remote.failure.message}>
            {remote.failure.hint}
          </Notice>
        ) : remote.isReading ? (
          <p className="flex items-center gap-2.5 rounded-lg border px-3 py-2.5 text-sm text-muted">
            <Spinner />
            Reading the document.
          </p>
        ) : null}
      </div>
      {found ? (
        <OperationList operations={found.operations} choice={choice} onChange={setChoice} />
      ) : null}
      <TextField
        label="Address of the API"
        optional={!found || found.server !== null}
        spellCheck={false}
        className="font-mono text-sm"
        placeholder={found?.server ?? 'the first server of the document'}
        value={baseUrl}
        onChange={(event) => setBaseUrl(event.target.value)}
        hint={
          found && !found.server
            ? 'The document names no absolute server, so say where the API answers.'
            : 'Where calls go to.'
        }
        error={fault ?? undefined}
      />
      <SecretHeaders
        rows={rows}
        onChange={setRows}
        hint="Sent with every call of the API; encrypted."
      />
    </SettingsSource>
  )
}

/** What is kept is named by its kind, whatever the file is called. */
function documentName({ name }: Uploaded): string {
  return /\.ya?ml$/i.test(name) ? 'openapi.yaml' : 'openapi.json'
}

function DocumentFields({
  url,
  onUrl,
  onFile,
  fault,
}: {
  url: string
  onUrl: (url: string) => void
  onFile: (file: File | undefined) => Promise<void>
  fault: string | null
}) {
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void onFile(event.dataTransfer.files[0])
  }
  return (
    <div className="grid gap-5">
      <div className="grid gap-1.5">
        <label
          onDragOver={(event) => event.preventDefault()}
          onDrop={drop}
          className="flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-dashed border-line-strong bg-surface px-4 py-6 text-center text-sm transition-colors duration-150 hover:border-accent hover:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <Upload className="size-5 text-faint" aria-hidden="true" />
          <span className="font-medium">Upload an OpenAPI document</span>
          <span className="text-muted">JSON or YAML, up to 1 MB. Drop it here, or choose it.</span>
          <input
            type="file"
            accept=".json,.yaml,.yml,application/json,application/yaml"
            className="sr-only"
            onChange={(event) => void onFile(event.target.files?.[0])}
          />
        </label>
        {fault ? (
          <p role="alert" className="text-sm text-failed">
            {fault}
          </p>
        ) : null}
      </div>
      <TextField
        label="Or its address"
        spellCheck={false}
        autoComplete="off"
        className="font-mono text-sm"
        placeholder="https://api.example.com/openapi.json"
        value={url}
        onChange={(event) => onUrl(event.target.value)}
        hint="Read now to choose operations from, and again at each deployment. With all of them chosen, new ones become tools too."
      />
    </div>
  )
}
