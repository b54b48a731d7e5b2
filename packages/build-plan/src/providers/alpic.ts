import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { planByManifest } from '../manifest-providers.ts'
import type { Command, Reason } from '../plan.ts'
import type { Provider } from '../provider.ts'
import { commandSchema } from '../settings.ts'
import type { SourceTree } from '../source-tree.ts'

const file = 'alpic.json'
/** Alpic's documentation, "Understanding the build process". What else stands there is about its own hosting. */
const alpicSchema = z.looseObject({
  installCommand: commandSchema.optional(),
  buildCommand: commandSchema.optional(),
  startCommand: commandSchema.optional(),
})
/** What planning does by itself, and with the lock file. */
const plainInstall =
  /^(?:npm (?:ci|i|install)|(?:pnpm|yarn|bun) (?:i|install)|yarn|uv sync)(?: --?[\w=-]+)*$/

/** A repository made for Alpic: its commands, on what the rest of it says. */
export const alpic: Provider = {
  name: 'alpic.json',
  detect(tree, context) {
    if (!tree.files.includes(file)) return null
    const { installCommand, buildCommand, startCommand } = readAlpic(tree)
    if (installCommand !== undefined && !plainInstall.test(installCommand.join(' '))) {
      throw invalid('its installCommand is more than an install', 'Make it a preinstall script.')
    }
    const settings = {
      ...(buildCommand && { build: buildCommand }),
      ...(startCommand && { start: startCommand }),
      ...context.settings,
    }
    const plan = planByManifest(tree, { ...context, settings })
    const reasons = [
      ...reason('Build command', buildCommand),
      ...reason('Start command', startCommand),
    ]
    return plan && { ...plan, reasons: [...plan.reasons, ...reasons] }
  },
}

function reason(choice: string, command: Command | undefined): Reason[] {
  if (command === undefined) return []
  return [{ choice, value: command.join(' ').slice(0, 200), because: `${file} says so` }]
}

function readAlpic(tree: SourceTree): z.infer<typeof alpicSchema> {
  try {
    const parsed = alpicSchema.safeParse(JSON.parse(tree.read(file) ?? ''))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw invalid(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim().slice(0, 300))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw invalid('it is not valid JSON', undefined, cause)
  }
}

function invalid(why: string, hint?: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `${file} cannot be used: ${why}.`, {
    hint:
      hint ??
      'Put what needs a shell into a script of package.json, or set start and build in moorage.json.',
    cause,
  })
}
