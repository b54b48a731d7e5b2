/** The bollard that gives the place its name. */
export function MoorageMark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden="true">
      <rect width="24" height="24" rx="6" fill="var(--accent)" />
      <g
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M7 7.5h10M9.5 7.5v7.5M14.5 7.5v7.5" />
        <path d="M9.5 11.5h5" strokeWidth="1.6" />
        <path
          d="M5 18.3c1.75 0 1.75-1.2 3.5-1.2s1.75 1.2 3.5 1.2 1.75-1.2 3.5-1.2 1.75 1.2 3.5 1.2"
          strokeWidth="1.8"
        />
      </g>
    </svg>
  )
}
