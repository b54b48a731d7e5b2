import { callerSecretsSchema } from '@moorage/domain/caller-secrets'
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

/** What there are base images for; `debian` has no language in it, for programs that need none. */
export const languages = ['python', 'node', 'golang', 'rust', 'debian'] as const
export type Language = (typeof languages)[number]

const packageSchema = z.string().regex(/^[a-z0-9][a-z0-9.+-]*$/)
const baseSchema = z.object({ language: z.enum(languages), version: z.string() })
const remoteSchema = z.object({ url: z.url(), headers: z.record(z.string(), z.string()) })

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
  /**
   * `dockerfile`: the repository's own. `image`: one that exists already. `remote`: a server that
   * runs elsewhere; nothing is built or started. With these three the stages are empty.
   */
  kind: z.enum(['dockerfile', 'python', 'node', 'go', 'rust', 'image', 'remote']),
  /** A short name for people: "Python FastMCP", "TypeScript SDK", "Dockerfile". */
  flavor: z.string(),
  /** The application's directory, relative to the repository's root; '.' is the root itself. */
  rootDir: z.string(),
  /** Relative to rootDir; only where kind is `dockerfile`. */
  dockerfile: z.string().nullable(),
  /** An image reference, by tag or digest; only where kind is `image`. */
  image: z.string().max(500).nullable().optional(),
  /** Only where kind is `remote`. Header values may name the server's variables as `${NAME}`. */
  remote: remoteSchema.nullable().optional(),
  /** The language and version ("3.12", "24") whose base image is used. */
  base: baseSchema.nullable(),
  /** Debian packages that the running server needs; the build has them too. */
  packages: z.array(packageSchema),
  /** Debian packages that the build alone needs: compilers, headers. */
  buildPackages: z.array(packageSchema).optional(),
  /** Names of the build secrets that its commands need; left out: all that the server has. */
  secrets: z.array(z.string()).optional(),
  /** What the router asks of each caller, for the server. */
  callerSecrets: callerSecretsSchema.optional(),
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
  /**
   * Where only a part of what was built is needed to run: its paths below the root directory, and
   * the base that it runs on. Null or left out: all of it, on `base`.
   */
  output: z
    .object({ base: baseSchema, paths: z.array(z.string()).min(1) })
    .nullable()
    .optional(),
  /** An empty command is the image's own, and only there where kind is `dockerfile` or `image`. */
  start: z.object({
    command: z.array(z.string().max(4096)).max(64),
    env: z.record(z.string(), z.string()),
  }),
  /** Where the server listens inside its container, and on which path it speaks MCP. */
  port: z.number().int().min(1).max(65535),
  path: z.string().regex(/^\//),
  /** What the server itself speaks; in front of `stdio` the runtime puts the bridge (packages/mcp/src/bridge). */
  transport: z.enum(['streamable-http', 'sse', 'stdio']),
  reasons: z.array(reasonSchema),
})

export type BuildPlan = z.infer<typeof buildPlanSchema>
export type Command = z.infer<typeof commandSchema>
export type Stage = BuildPlan['install']
export type Reason = BuildPlan['reasons'][number]

/** For plans that build nothing, or leave it all to a Dockerfile. */
export const nothingToDo: Stage = { copy: [], run: [], caches: [] }
