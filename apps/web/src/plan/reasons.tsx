import type { Reason } from '@moorage/build-plan/plan'

/** Choices of a plan, each with its reason. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  return (
    <ul className="grid gap-2.5 text-sm">
      {reasons.map(({ choice, value, because }) => (
        <li key={`${choice} ${value} ${because}`} className="min-w-0">
          <p className="break-words">
            <span className="text-muted">{choice}</span> {value}
          </p>
          <p className="text-xs break-words text-faint">because {because}</p>
        </li>
      ))}
    </ul>
  )
}
