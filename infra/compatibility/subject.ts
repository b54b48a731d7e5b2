import { readFileSync } from 'node:fs'
import { settingsSchema } from '@moorage/build-plan/settings'
import { z } from 'zod'
import { readFlavors } from '../../e2e/flavor.ts'

/** Where a server's files come from; without any, its settings are all there is. */
const sourceSchema = z.union([
  z.strictObject({ directory: z.string() }),
  /** The files of one version as npm has them: NAME@VERSION. */
  z.strictObject({ npm: z.string().regex(/^[@a-z0-9][\w./-]*@[\w.-]+$/) }),
  /** The source archive of one version as PyPI has it: NAME==VERSION. */
  z.strictObject({ pypi: z.string().regex(/^[A-Za-z0-9][\w.-]*==[\w.]+$/) }),
  /** A public repository at one commit. */
  z.strictObject({
    repository: z.url({ protocol: /^https$/ }),
    commit: z.string().regex(/^[0-9a-f]{40}$/),
  }),
])
export type Source = z.infer<typeof sourceSchema>

const runtimes = ['docker', 'process'] as const
export type Runtime = (typeof runtimes)[number]

/** One server to deploy and call. */
const subjectSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  /** For people: where it comes from, what it is made with. */
  kind: z.string(),
  source: sourceSchema.optional(),
  settings: settingsSchema.default({}),
  /** The server's variables; placeholders where it only wants them to be there. */
  env: z.record(z.string(), z.string()).default({}),
  tools: z.array(z.string()).default([]),
  /** Something it does with no network; without it, the list of tools has to do. */
  call: z
    .strictObject({
      tool: z.string(),
      arguments: z.record(z.string(), z.unknown()),
      text: z.string(),
    })
    .optional(),
  runtimes: z
    .array(z.enum(runtimes))
    .min(1)
    .default([...runtimes]),
  /** What it cannot run without and some machines lack, in words. */
  needs: z.string().optional(),
})
export type Subject = z.infer<typeof subjectSchema>

/** The small servers of e2e/flavors, which were written for the purpose. */
export function flavorSubjects(): Subject[] {
  return readFlavors().map(
    ({ name, flavor, dir, settings, env, tools, call, runtimes, needs }) => ({
      name,
      kind: flavor,
      ...(dir === null ? {} : { source: { directory: dir } }),
      settings,
      env,
      tools,
      call,
      runtimes,
      ...(needs === undefined ? {} : { needs: 'images from a container registry' }),
    }),
  )
}

/** Servers that nobody here wrote: a list in JSON. Throws, naming the entry, where it is not as agreed. */
export function listedSubjects(file: string | URL): Subject[] {
  const parsed = z.array(subjectSchema).safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`${file}:\n${z.prettifyError(parsed.error)}`)
}
