import type { Endpoint } from './endpoint.ts'
import type { BuildPlan, Command, Language, Reason, Stage } from './plan.ts'
import type { Context } from './provider.ts'

/** What is compiled runs on this Debian, with no compiler in it: the one that the Rust images are made of. */
const runtime = { language: 'debian', version: '13' } as const

type Parts = Pick<BuildPlan, 'flavor'> & {
  kind: 'go' | 'rust'
  language: Language
  version: string
  install: Stage
  /** Null where the settings bring their own. */
  build: Command | null
  caches: string[]
  /** The finished program, relative to the root directory. */
  program: string
  packages?: string[]
  buildPackages?: string[]
  endpoint: Endpoint
  reasons: Reason[]
}

/** A plan whose image holds the one program that was built, and no toolchain. */
export function compiledPlan({ rootDir, settings }: Context, parts: Parts): BuildPlan {
  const build = settings.build ?? parts.build
  // A start command of one's own may name any file of the project.
  const paths =
    settings.start === undefined && settings.build === undefined ? [parts.program] : ['.']
  const { reasons, ...endpoint } = parts.endpoint
  return {
    version: 1,
    kind: parts.kind,
    flavor: parts.flavor,
    rootDir,
    dockerfile: null,
    base: { language: parts.language, version: parts.version },
    // Slim images trust no CA, and servers call out.
    packages: ['ca-certificates', ...(parts.packages ?? [])],
    ...(parts.buildPackages && { buildPackages: parts.buildPackages }),
    install: parts.install,
    build: { copy: ['.'], run: build === null ? [] : [build], caches: parts.caches },
    output: { base: runtime, paths },
    start: { command: settings.start ?? [`./${parts.program}`], env: {} },
    ...endpoint,
    reasons: [...parts.reasons, ...reasons],
  }
}
