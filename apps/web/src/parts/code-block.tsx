import { CopyButton } from './copy-button.tsx'

/** Text to copy whole. `html` is the same text, coloured. */
export function CodeBlock({
  code,
  html,
  label = 'Copy',
  wrap = false,
}: {
  code: string
  html?: string
  label?: string
  wrap?: boolean
}) {
  const flow = wrap ? 'whitespace-pre-wrap break-all' : `overflow-x-auto ${wrapOnPhones}`
  return (
    <div className="group relative min-w-0 rounded-md border bg-sunken">
      <div className="absolute top-1 right-1 rounded-md bg-sunken">
        <CopyButton text={code} label={label} />
      </div>
      {html ? (
        <div
          className={`code p-3 pr-11 text-[13px] leading-5 [&_pre:not(:focus-visible)]:outline-none ${flow}`}
          dangerouslySetInnerHTML={{ __html: html }}
        />
      ) : (
        <pre className={`p-3 pr-11 font-mono text-[13px] leading-5 ${flow}`}>{code}</pre>
      )}
    </div>
  )
}

const wrapOnPhones =
  'max-sm:whitespace-pre-wrap max-sm:break-all max-sm:[&_pre]:whitespace-pre-wrap max-sm:[&_pre]:break-all'
