import { type ComponentProps, type ReactNode, useId } from 'react'

export const inputClass =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 h-8 max-sm:h-10 max-sm:text-lg text-base transition-colors duration-150 hover:border-faint focus:outline-2 focus:-outline-offset-1 focus:outline-accent aria-invalid:border-failed disabled:opacity-60 disabled:hover:border-line-strong'

type Props = {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  optional?: boolean
}

/** A labelled input; hint and error are read out with it. */
export function TextField({ className = '', ...props }: ComponentProps<'input'> & Props) {
  const { frame, own } = useField(props)
  return (
    <FieldFrame {...frame}>
      <input {...own} className={`${inputClass} ${className}`} />
    </FieldFrame>
  )
}

/** The same with several lines, for what is code or data. */
export function AreaField({ className = '', ...props }: ComponentProps<'textarea'> & Props) {
  const { frame, own } = useField(props)
  return (
    <FieldFrame {...frame}>
      <textarea
        {...own}
        className={`${inputClass} h-auto min-h-24 py-1.5 font-mono text-sm ${className}`}
      />
    </FieldFrame>
  )
}

function useField<Own>({ label, hint, error, optional, ...own }: Own & Props) {
  const id = useId()
  const said = { 'aria-invalid': error ? true : undefined, 'aria-describedby': `${id}-note` }
  return { frame: { id, label, hint, error, optional }, own: { ...own, ...said, id } }
}

function FieldFrame({
  id,
  label,
  hint,
  error,
  optional,
  children,
}: Props & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional ? <span className="font-normal text-faint"> · optional</span> : null}
      </label>
      {children}
      <div id={`${id}-note`} className="text-sm empty:hidden" aria-live="polite">
        {error ? (
          <p className="text-failed">{error}</p>
        ) : hint ? (
          <p className="text-muted">{hint}</p>
        ) : null}
      </div>
    </div>
  )
}
