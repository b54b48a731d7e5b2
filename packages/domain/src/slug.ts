import { z } from 'zod'

const reserved = new Set([
  'admin',
  'api',
  'app',
  'auth',
  'dashboard',
  'docs',
  'git',
  'healthz',
  'login',
  'metrics',
  'moorage',
  'readyz',
  'router',
  'setup',
  'static',
  'status',
  'well-known',
  'www',
])

/** 3 to 40 of a-z 0-9 and single hyphens; `--` is reserved for previews and single deployments. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:-?[a-z0-9]){2,39}$/, 'Use 3 to 40 of a-z, 0-9 and single hyphens.')
  .max(40, 'Use 40 characters at most.')
  .refine((slug) => !reserved.has(slug), 'This name is reserved.')

/** A slug out of any text (a repository URL, a directory name), or null where nothing usable is left. */
export function slugFrom(text: string): string | null {
  const last =
    text
      .replace(/\.git$/, '')
      .replace(/[/\\]+$/, '')
      .split(/[/\\:]/)
      .pop() ?? ''
  const slug = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return slugSchema.safeParse(slug).success ? slug : null
}
