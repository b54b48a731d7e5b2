import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { SourceTree } from './source-tree.ts'

const namesSchema = z.record(z.string(), z.unknown())

const packageSchema = z.looseObject({
  name: z.string().max(214).optional().catch(undefined),
  main: z.string().max(1024).optional().catch(undefined),
  module: z.string().max(1024).optional().catch(undefined),
  bin: z
    .union([z.string().max(1024), namesSchema])
    .optional()
    .catch(undefined),
  scripts: z.record(z.string(), z.string()).default({}),
  engines: z.looseObject({ node: z.string().optional() }).optional().catch(undefined),
  dependencies: namesSchema.default({}),
  devDependencies: namesSchema.default({}),
  workspaces: z.unknown().optional(),
  packageManager: z.string().max(300).optional().catch(undefined),
})
export type NodePackage = z.infer<typeof packageSchema>

/** package.json, or null where there is none. Throws plan_failed where it cannot be read. */
export function readNodePackage(tree: SourceTree): NodePackage | null {
  if (!tree.files.includes('package.json')) return null
  try {
    const text = tree.read('package.json')
    if (text === null) throw new Error('over 1 MiB')
    return packageSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError('plan_failed', 'package.json cannot be read: it is not valid.', {
      hint: 'Check the file with `npm pkg get name` on your own machine.',
      cause,
    })
  }
}
