import { fillCommand } from '@moorage/build-plan/fill-command'
import type { BuildPlan } from '@moorage/build-plan/plan'

/**
 * The plan's start command and the instance's environment, with the place to listen at put in. A
 * server that speaks stdio listens nowhere, and one that can do both would take PORT for a request.
 */
export function startCommand(
  plan: BuildPlan,
  env: Record<string, string>,
  at: { host: string; port: number },
): { command: string[]; env: Record<string, string> } {
  const fill = (word: string) => fillCommand([word], at)[0] ?? word
  const planned = Object.entries(plan.start.env).map(([name, value]) => [name, fill(value)])
  const listen = plan.transport === 'stdio' ? {} : { PORT: String(at.port), HOST: at.host }
  return {
    command: plan.start.command.map(fill),
    // Where to listen is the platform's to say: a setting of the same name must not hide the server.
    env: { ...Object.fromEntries(planned), ...env, ...listen },
  }
}
