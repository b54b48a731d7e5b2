import type { BuildPlan } from '@moorage/build-plan/plan'
import { type Settings, settingsSchema } from '@moorage/build-plan/settings'

export type FieldKey =
  | 'start'
  | 'build'
  | 'dockerfile'
  | 'port'
  | 'path'
  | 'transport'
  | 'python'
  | 'node'
  | 'packages'
  | 'buildPackages'

export type PlanField = {
  key: FieldKey
  label: string
  /** What was planned, as text that can be edited; null where it is not for editing. */
  planned: (plan: BuildPlan) => string | null
  /** Which reasons of a plan speak of it. */
  choice: RegExp
  /** With which plans it means something. */
  fits: (plan: BuildPlan) => boolean
  placeholder?: string
}

const builds = ({ kind }: BuildPlan) => kind !== 'image' && kind !== 'remote'
const runs = ({ kind }: BuildPlan) => kind !== 'remote'
/** Of a server on stdio it is the bridge that listens, where only the platform sees it. */
const listens = (plan: BuildPlan) => runs(plan) && plan.transport !== 'stdio'
/** What stands in the field of a Dockerfile that is left aside. */
export const leftAside = 'left aside'

/** Every choice of a plan that a person may make otherwise, in the order of what matters. */
export const planFields: readonly PlanField[] = [
  {
    key: 'start',
    label: 'Start command',
    planned: ({ start }) => commandText(start.command),
    choice: /^(start|command|entry)/i,
    fits: runs,
    placeholder: 'python server.py',
  },
  {
    key: 'build',
    label: 'Build command',
    planned: ({ build }) => (build.run.length > 1 ? null : commandText(build.run[0] ?? [])),
    choice: /^build( command)?$/i,
    fits: (plan) => builds(plan) && plan.kind !== 'dockerfile',
    placeholder: 'npm run build',
  },
  {
    key: 'dockerfile',
    label: 'Dockerfile',
    planned: ({ dockerfile }) => dockerfile ?? '',
    choice: /^dockerfile/i,
    fits: ({ kind }) => kind === 'dockerfile',
  },
  {
    key: 'transport',
    label: 'Transport',
    planned: ({ transport }) => transport,
    choice: /^transport/i,
    fits: () => true,
  },
  {
    key: 'port',
    label: 'Port',
    planned: ({ port }) => String(port),
    choice: /^port/i,
    fits: listens,
  },
  {
    key: 'path',
    label: 'Path',
    planned: ({ path }) => path,
    choice: /^path/i,
    fits: listens,
  },
  {
    key: 'python',
    label: 'Python version',
    planned: ({ base }) => (base?.language === 'python' ? base.version : ''),
    choice: /^python/i,
    fits: ({ base }) => base?.language === 'python',
  },
  {
    key: 'node',
    label: 'Node version',
    planned: ({ base }) => (base?.language === 'node' ? base.version : ''),
    choice: /^node/i,
    fits: ({ base }) => base?.language === 'node',
  },
  {
    key: 'packages',
    label: 'Debian packages',
    planned: ({ packages }) => packages.join(' '),
    choice: /^(debian )?packages/i,
    fits: (plan) => builds(plan) && plan.kind !== 'dockerfile',
    placeholder: 'ffmpeg libpq5',
  },
  {
    key: 'buildPackages',
    label: 'Build packages',
    planned: ({ buildPackages }) => (buildPackages ?? []).join(' '),
    choice: /^build packages/i,
    fits: (plan) => builds(plan) && plan.kind !== 'dockerfile',
    placeholder: 'gcc libpq-dev',
  },
]

/** Settings of one field out of what was typed; empty text leaves it to the plan. */
export function fieldValue(
  key: FieldKey,
  text: string,
): { value: Settings[FieldKey] } | { fault: string } {
  if (text.trim() === '') return { value: undefined }
  const parsed = settingsSchema.shape[key].safeParse(rawValue(key, text.trim()))
  if (parsed.success) return { value: parsed.data }
  return { fault: faults[key] ?? parsed.error.issues[0]?.message ?? 'Not valid.' }
}

function rawValue(key: FieldKey, text: string): unknown {
  if (key === 'port') return Number(text)
  if (key === 'dockerfile' && text === leftAside) return false
  return isList(key) ? text.split(/[\s,]+/) : text
}

/** A field of the settings as text that can be edited. */
export function fieldText(value: Settings[FieldKey], key: FieldKey): string {
  if (value === undefined) return ''
  if (value === false) return leftAside
  if (Array.isArray(value)) return isList(key) ? value.join(' ') : (commandText(value) ?? '')
  return String(value)
}

const isList = (key: FieldKey) => key === 'packages' || key === 'buildPackages'

const faults: Partial<Record<FieldKey, string>> = {
  start: 'Write a plain command; pipes, && and the like need a shell, which there is none.',
  build: 'Write a plain command; pipes, && and the like need a shell, which there is none.',
  port: 'A port is a number from 1 to 65535.',
  path: 'A path starts with / and has no spaces.',
  python: 'Write it as 3.12.',
  node: 'Write it as 24.',
  packages: 'Names of Debian packages, separated by spaces.',
  buildPackages: 'Names of Debian packages, separated by spaces.',
}

/** A command as a line that splits into the same words; null where it holds a script. */
function commandText(words: string[]): string | null {
  if (words.some((word) => word.length > 300 || /[\r\n]/.test(word))) return null
  return words
    .map((word) =>
      /^(?:[\w@%+=:,./^-]|\$\{(?:PORT|HOST)\})+$/.test(word)
        ? word
        : `'${word.replaceAll("'", `'\\''`)}'`,
    )
    .join(' ')
}
