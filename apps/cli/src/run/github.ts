import type { ApiOutputs } from '@moorage/api/app-router'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Repository = ApiOutputs['github']['repositories'][number]

/** What can be deployed with --github. */
export async function listRepositories(
  { api, terminal }: Session,
  flags: { team?: string },
): Promise<void> {
  const repositories = await api.github.repositories.query(flags.team ? { team: flags.team } : {})
  if (terminal.json) return terminal.printJson(repositories)
  if (repositories.length === 0)
    return terminal.note(
      'This team has no account at GitHub: an owner connects one in the dashboard, Team, GitHub.',
    )
  printTable(
    terminal,
    ['REPOSITORY', 'BRANCH', 'SEEN BY', 'PUSHED'],
    repositories.map(({ name, defaultBranch, isPrivate, pushedAt }) => [
      ...[name, defaultBranch, isPrivate ? 'its members' : 'anyone'],
      pushedAt ? ago(pushedAt) : 'never',
    ]),
  )
}

/** Throws where none of the team's accounts has it. */
export async function findRepository({ api }: Session, name: string): Promise<Repository> {
  const all = await api.github.repositories.query({})
  const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  throw new CliError(`The team's accounts at GitHub have no repository ${name}.`, {
    exitCode: 4,
    hint: '"moorage github" lists what they have. A public one goes by its URL: --repo',
  })
}
