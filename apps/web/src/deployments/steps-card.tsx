'use client'
import type { DeploymentView } from '@moorage/deployments/views'
import { type DeploymentStepName, deploymentSteps, isActive } from '@moorage/domain/deployment'
import { formatDuration } from '../format/duration.ts'
import { Card } from '../parts/card.tsx'
import { type Mark, MarkShape, type Tone, toneText } from '../parts/status-mark.tsx'
import { useNow } from '../parts/use-now.ts'
import { stepWords } from './step-words.ts'

type Step = DeploymentView['steps'][number]

const marks: Record<Step['status'], { shape: Mark['shape']; tone: Tone; word: string }> = {
  running: { shape: 'turning', tone: 'building', word: 'running' },
  done: { shape: 'dot', tone: 'live', word: 'done' },
  failed: { shape: 'cross', tone: 'failed', word: 'failed' },
  canceled: { shape: 'bar', tone: 'waiting', word: 'canceled' },
}

/** The pipeline as it was recorded, each step with its time. */
export function StepsCard({ deployment }: { deployment: DeploymentView }) {
  const recorded = new Map(deployment.steps.map((step) => [step.name, step]))
  return (
    <Card
      title="Steps"
      aside={
        deployment.durationMs === null ? null : (
          <span className="num text-sm text-muted">{formatDuration(deployment.durationMs)}</span>
        )
      }
    >
      <ol className="grid gap-2.5 text-sm" aria-live="polite">
        {shownSteps(deployment).map((name) => (
          <StepRow key={name} name={name} step={recorded.get(name)} />
        ))}
      </ol>
    </Card>
  )
}

function StepRow({ name, step }: { name: DeploymentStepName; step: Step | undefined }) {
  if (!step)
    return (
      <li className="flex items-center gap-2.5 text-faint">
        <MarkShape shape="dashed" />
        {stepWords[name]}
      </li>
    )
  const mark = marks[step.status]
  return (
    <li className="flex items-center gap-2.5">
      <span className={toneText[mark.tone]}>
        <MarkShape shape={mark.shape} />
      </span>
      <span className={step.status === 'failed' ? 'font-medium' : ''}>
        {stepWords[name]}
        <span className="sr-only">, {mark.word}</span>
      </span>
      <span className="num ml-auto text-muted">
        {step.durationMs === null ? (
          <Elapsed since={step.startedAt} />
        ) : (
          formatDuration(step.durationMs)
        )}
      </span>
    </li>
  )
}

function Elapsed({ since }: { since: Date }) {
  const now = useNow(1000)
  if (now === null) return null
  const seconds = Math.max(0, Math.floor((now - since.getTime()) / 1000))
  return (
    <span aria-hidden="true">{seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}</span>
  )
}

/** All of them while there is still a way to go; afterwards those that happened. A rollback builds nothing. */
function shownSteps({ steps, status, trigger }: DeploymentView): DeploymentStepName[] {
  const happened = (name: DeploymentStepName) => steps.some((step) => step.name === name)
  const skipped = trigger === 'rollback' ? ['fetch', 'plan', 'build'] : []
  const unfinished = isActive(status) || (status === 'live' && !happened('drain'))
  return deploymentSteps.filter((name) => happened(name) || (unfinished && !skipped.includes(name)))
}
