import type { DeploymentView } from '@moorage/deployments/views'
import { ChevronRight } from 'lucide-react'
import { Card } from '../parts/card.tsx'
import { Fact } from '../servers/live-facts.tsx'

/** How it was built and started, and why so. */
export function PlanCard({ plan }: { plan: NonNullable<DeploymentView['plan']> }) {
  const runs = [...plan.install.run, ...plan.build.run]
  return (
    <Card title="Plan" aside={<span className="text-sm text-muted">{plan.flavor}</span>}>
      {plan.reasons.length > 0 ? (
        <ul className="grid gap-2.5 text-sm">
          {plan.reasons.map(({ choice, value, because }) => (
            <li key={`${choice} ${value}`}>
              <p className="break-words">
                <span className="text-muted">{choice}</span> {value}
              </p>
              <p className="text-xs text-faint">because {because}</p>
            </li>
          ))}
        </ul>
      ) : null}
      <details className="group mt-3 border-t pt-3 text-sm">
        <summary className="flex items-center gap-1 rounded-sm text-muted hover:text-text">
          <ChevronRight className="size-3.5 text-faint transition-transform duration-150 group-open:rotate-90" />
          All of the plan
        </summary>
        <dl className="mt-2.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
          {plan.base ? (
            <Fact name="Base">
              {plan.base.language} {plan.base.version}
            </Fact>
          ) : null}
          {plan.dockerfile ? <Fact name="Dockerfile">{plan.dockerfile}</Fact> : null}
          <Fact name="Directory">{plan.rootDir}</Fact>
          {plan.packages.length > 0 ? (
            <Fact name="Packages">{plan.packages.join(', ')}</Fact>
          ) : null}
          {runs.length > 0 ? (
            <Fact name="Runs">
              {runs.map((command) => (
                <code
                  key={command.join(' ')}
                  className="block font-mono text-xs leading-5 break-all"
                >
                  {command.join(' ')}
                </code>
              ))}
            </Fact>
          ) : null}
          <Fact name="Starts">
            <code className="font-mono text-xs break-all">{plan.start.command.join(' ')}</code>
          </Fact>
          <Fact name="Listens">
            <code className="font-mono text-xs">
              :{plan.port}
              {plan.path}
            </code>
          </Fact>
        </dl>
      </details>
    </Card>
  )
}
