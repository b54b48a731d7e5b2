import type { Task } from './task.ts'

const sources = ['apps', 'packages', 'infra', 'e2e']
const bin = (name: string) => `node_modules/.bin/${name}`

/** What can be said about the code without running it. */
export function checks(signal: AbortSignal): Task[] {
  const tasks = [
    { name: 'types', file: bin('tsc'), args: ['-p', 'tsconfig.json'] },
    { name: 'types of the dashboard', file: bin('tsc'), args: ['-p', 'apps/web/tsconfig.json'] },
    { name: 'lint', file: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
    {
      name: 'dependency rules',
      file: bin('depcruise'),
      args: ['--config', '.dependency-cruiser.mjs', ...sources],
    },
    { name: 'dead code', file: bin('knip'), args: ['--no-progress', '--no-config-hints'] },
  ]
  return tasks.map((task) => ({ ...task, signal }))
}
