import type { BuildPlan } from '@moorage/build-plan/plan'
import { ChevronRight } from 'lucide-react'
import { Fact } from '../servers/live-facts.tsx'

/** The rest of a plan, for those who want to know. */
export function PlanDetails({ plan }: { plan: BuildPlan }) {
  const runs = [...plan.install.run, ...plan.build.run]
  const env = Object.entries(plan.start.env)
  return (
    <details className="group border-t pt-3 text-sm">
      <summary className="flex items-center gap-1 rounded-sm text-muted hover:text-text">
        <ChevronRight className="size-3.5 shrink-0 text-faint transition-transform duration-150 group-open:rotate-90" />
        All of the plan
      </summary>
      <dl className="mt-2.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
        {plan.base ? (
          <Fact name="Base">
            {plan.base.language} {plan.base.version}
          </Fact>
        ) : null}
        {plan.image ? <Fact name="Image">{plan.image}</Fact> : null}
        {plan.remote ? <Fact name="Address">{plan.remote.url}</Fact> : null}
        {plan.remote && Object.keys(plan.remote.headers).length > 0 ? (
          <Fact name="Headers">{Object.keys(plan.remote.headers).join(', ')}</Fact>
        ) : null}
        {plan.dockerfile ? <Fact name="Dockerfile">{plan.dockerfile}</Fact> : null}
        {plan.kind === 'remote' ? null : <Fact name="Directory">{plan.rootDir}</Fact>}
        {plan.packages.length > 0 ? <Fact name="Packages">{plan.packages.join(', ')}</Fact> : null}
        {plan.buildPackages?.length ? (
          <Fact name="For the build">{plan.buildPackages.join(', ')}</Fact>
        ) : null}
        {runs.length > 0 ? (
          <Fact name="Runs">
            {runs.map((command) => (
              <CommandLine key={command.join(' ')} words={command} />
            ))}
          </Fact>
        ) : null}
        {plan.output ? <Fact name="Keeps">{plan.output.paths.join(', ')}</Fact> : null}
        {plan.start.command.length > 0 ? (
          <Fact name="Starts">
            <CommandLine words={plan.start.command} />
          </Fact>
        ) : null}
        {env.length > 0 ? (
          <Fact name="Sets">
            {env.map(([name, value]) => (
              <CommandLine key={name} words={[`${name}=${value}`]} />
            ))}
          </Fact>
        ) : null}
        {plan.kind === 'remote' ? null : (
          <Fact name="Listens">
            {plan.transport === 'stdio' ? 'on stdio, behind a bridge at ' : null}
            <code className="font-mono text-xs">
              :{plan.port}
              {plan.path}
            </code>
          </Fact>
        )}
      </dl>
    </details>
  )
}

/** For reading: a script among the words is cut short. */
function CommandLine({ words }: { words: string[] }) {
  const line = words.map((word) => (word.length > 200 ? `${word.slice(0, 120)}…` : word)).join(' ')
  return (
    <code
      className="mb-1 block font-mono text-xs leading-5 break-all last:mb-0"
      title={words.join(' ').slice(0, 4000)}
    >
      {line}
    </code>
  )
}
