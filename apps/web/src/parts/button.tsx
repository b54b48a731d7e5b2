import Link from 'next/link'
import type { ComponentProps } from 'react'
import { Spinner } from './spinner.tsx'

type Look = { look?: 'primary' | 'secondary' | 'quiet' | 'danger'; size?: 'sm' | 'md' }

export function Button({
  look,
  size,
  busy = false,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & Look & { busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass({ look, size })} ${className}`}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  )
}

export function LinkButton({
  look,
  size,
  className = '',
  ...rest
}: ComponentProps<typeof Link> & Look) {
  return <Link {...rest} className={`${buttonClass({ look, size })} ${className}`} />
}

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent',
  secondary: 'bg-surface text-text border-line-strong hover:bg-hover',
  quiet: 'border-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'bg-surface text-failed border-failed-line hover:bg-failed-soft',
}
const sizes = {
  sm: 'h-7 px-2 text-sm gap-1.5',
  md: 'h-8 px-3 text-sm gap-2 max-sm:h-9',
}

function buttonClass({ look = 'secondary', size = 'md' }: Look): string {
  return `inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none transition-colors duration-150 disabled:opacity-55 disabled:cursor-default [&_svg]:size-4 [&_svg]:shrink-0 ${looks[look]} ${sizes[size]}`
}
