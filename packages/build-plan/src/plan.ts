import { z } from 'zod'

/** An argument array; never a shell line. `${PORT}` and `${HOST}` are filled in at start. */
const commandSchema = z.array(z.string().max(4096)).min(1).max(64)

/** Commands run in order in the application's directory, after the named files were copied in. */
const stageSchema = z.object({
  /** Paths to copy first, relative to the application's directory; ['.'] is everything. */
  copy: z.array(z.string()),
  run: z.array(commandSchema),
  /** Directories under the home directory kept between builds, such as `.cache/uv`. */
  caches: z.array(z.string()),
})

export const languages = ['python', 'node'] as const

/** Why the plan is as it is: one row a choice, for people. */
const reasonSchema = z.object({
  choice: z.string(),
  value: z.string(),
  because: z.string(),
})

/**
 * All that is needed to build and start a server, as plain data: it is stored on the deployment,
 * shown before the build, rendered as a Dockerfile (docker) or executed in a directory (process).
 */
export const buildPlanSchema = z.object({
  version: z.literal(1),
  /** `dockerfile`: the repository's own; the rest of the plan but port and path is unused. */
  kind: z.enum(['dockerfile', 'python', 'node']),
  /** A short name for people: "Python FastMCP", "TypeScript SDK", "Dockerfile". */
  flavor: z.string(),
  /** The application's directory, relative to the repository's root; '.' is the root itself. */
  rootDir: z.string(),
  /** Relative to rootDir; only where kind is `dockerfile`. */
  dockerfile: z.string().nullable(),
  /** The language and version ("3.12", "24") whose base image is used. */
  base: z.object({ language: z.enum(languages), version: z.string() }).nullable(),
  /** Debian packages that the build or the server needs. */
  packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9.+-]*$/)),
  install: stageSchema,
  build: stageSchema,
  /**
   * Where dependencies are settled before the source is known: the directory that holds them, which
   * the build leaves alone, and what to run after install so that only run-time ones remain. Lets
   * an image keep them in a layer of their own; a driver without layers may ignore it.
   */
  dependencies: z
    .object({ directory: z.string(), run: z.array(commandSchema) })
    .nullable()
    .optional(),
  /** An empty command is the image's own, and only there where kind is `dockerfile`. */
  start: z.object({
    command: z.array(z.string().max(4096)).max(64),
    env: z.record(z.string(), z.string()),
  }),
  /** Where the server listens inside its container, and on which path it speaks MCP. */
  port: z.number().int().min(1).max(65535),
  path: z.string().regex(/^\//),
  transport: z.enum(['streamable-http', 'sse']),
  reasons: z.array(reasonSchema),
})

export type BuildPlan = z.infer<typeof buildPlanSchema>
export type Command = z.infer<typeof commandSchema>
export type Stage = BuildPlan['install']
export type Reason = BuildPlan['reasons'][number]
