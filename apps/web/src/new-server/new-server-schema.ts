import { slugSchema } from '@moorage/domain/slug'
import { z } from 'zod'
import { parseDotEnv } from '../settings/parse-dot-env.ts'

export const sources = ['git', 'push'] as const
export type Source = (typeof sources)[number]

/** What the browser can tell at once; the API checks all of it again, and more. */
export function newServerSchema(source: Source) {
  return z.object({
    repoUrl:
      source === 'git'
        ? z.string().trim().min(1, 'Enter the URL of a git repository.')
        : z.string(),
    slug: z.string().trim().min(1, 'Give it a name.').pipe(slugSchema),
    branch: z.string().trim(),
    rootDir: z.string().trim(),
    access: z.enum(['private', 'public', 'own_auth']),
    env: z.string().superRefine((text, ctx) => {
      const [fault] = parseDotEnv(text).faults
      if (fault) ctx.addIssue(`Line ${fault.line} is no variable: ${fault.text}`)
    }),
  })
}

export type NewServerValues = z.infer<ReturnType<typeof newServerSchema>>
