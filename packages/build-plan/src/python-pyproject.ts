import { AppError } from '@moorage/domain/error'
import { parse } from 'smol-toml'
import { z } from 'zod'

const names = z.record(z.string(), z.unknown()).optional()

/** pyproject.toml as far as planning needs it: PEP 621, and the tables of Poetry and uv. */
const pyprojectSchema = z.looseObject({
  project: z
    .looseObject({
      name: z.string().max(200).optional(),
      dependencies: z.array(z.string()).optional(),
      dynamic: z.array(z.string()).optional(),
      'requires-python': z.string().optional(),
      scripts: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  'build-system': z.looseObject({}).optional(),
  tool: z
    .looseObject({
      poetry: z
        .looseObject({
          name: z.string().max(200).optional(),
          dependencies: names,
          scripts: names,
          'package-mode': z.boolean().optional(),
        })
        .optional(),
      uv: z
        .looseObject({
          package: z.boolean().optional(),
          workspace: z
            .looseObject({
              members: z.array(z.string().max(200)).max(100).optional(),
              exclude: z.array(z.string().max(200)).max(100).optional(),
            })
            .optional(),
          sources: names,
        })
        .optional(),
    })
    .optional(),
})
export type Pyproject = z.infer<typeof pyprojectSchema>

/** `text` is null where the file is over the tree's limit. Throws plan_failed. */
export function parsePyproject(text: string | null, file = 'pyproject.toml'): Pyproject {
  if (text === null) throw unreadable(file, 'it is over 1 MiB')
  try {
    return pyprojectSchema.parse(parse(text))
  } catch (cause) {
    throw unreadable(file, 'it is not valid', cause)
  }
}

function unreadable(file: string, why: string, cause?: unknown): AppError {
  return new AppError('plan_failed', `${file} cannot be read: ${why}.`, {
    hint: 'Check the file with `uv lock` or `pip install .` on your own machine.',
    cause,
  })
}
