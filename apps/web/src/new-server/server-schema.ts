import { slugSchema } from '@moorage/domain/slug'
import { z } from 'zod'
import { parseDotEnv } from '../settings/parse-dot-env.ts'

/** What every server has. The browser checks what it can; the API checks all of it again. */
export const serverSchema = z.object({
  slug: z.string().trim().min(1, 'Give it a name.').pipe(slugSchema),
  access: z.enum(['private', 'public', 'own_auth']),
  env: z.string().superRefine((text, ctx) => {
    const [fault] = parseDotEnv(text).faults
    if (fault) ctx.addIssue(`Line ${fault.line} is no variable: ${fault.text}`)
  }),
})

export type ServerValues = z.infer<typeof serverSchema>
