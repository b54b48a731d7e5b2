import { installNewest, namedReason } from '../newest-version.ts'
import type { Provider } from '../provider.ts'
import { pythonInstall } from '../python-install.ts'
import { noPythonManifest } from '../python-manifest.ts'
import {
  type PythonPackage,
  parsePythonModule,
  parsePythonPackage,
} from '../python-package-command.ts'
import { pythonPlan } from '../python-plan.ts'
import type { SourceTree } from '../source-tree.ts'

/** A published server by its name alone (`uvx mcp-server-time`), installed when it is built. */
export const pythonPackage: Provider = {
  name: 'Python package',
  detect(tree, context) {
    const { settings } = context
    const found = settings.start === undefined ? null : parse(tree, settings.start)
    if (found === null) return null
    const { requirements, command } = found
    const isPinned = requirements.every((name) => /==[^*]+$|@[0-9a-f]{40}$/.test(name))
    const stages = pythonInstall(noPythonManifest, { requirements, build: settings.build })
    const { run } = stages.install
    run.push(installNewest(run.pop() ?? [], isPinned, context))
    if (found.program !== null) run.push(checkProgram(found.program))
    return pythonPlan(tree, context, {
      flavor: 'Python package',
      // Nothing of the repository, if there is one, is to hide a module of the package.
      stages: { ...stages, pythonPath: '' },
      command,
      transport: 'stdio',
      requires: {
        range: found.python === null ? null : `==${found.python}.*`,
        source: '--python in the start command',
      },
      reasons: [namedReason(requirements, isPinned)],
    })
  },
}

function parse(tree: SourceTree, start: string[]): PythonPackage | null {
  const found = parsePythonPackage(start)
  if (found !== null) return found
  // With a source of its own, `-m` speaks of a module in it.
  return tree.files.every((file) => file === 'moorage.json') ? parsePythonModule(start) : null
}

/** A package whose command has another name would only be found out when it is started. */
function checkProgram(program: string): string[] {
  return ['.venv/bin/python', '-c', check, program]
}

const check = `
import sys
from importlib.metadata import entry_points
points = {point.name: point.dist for point in entry_points(group="console_scripts")}
if sys.argv[1] not in points:
    sys.exit(f"The package brings no command {sys.argv[1]}; there are: {', '.join(sorted(points))}")
print(f"Installed {points[sys.argv[1]].name}@{points[sys.argv[1]].version}")
`.trimStart()
