import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BuildPlan } from '@moorage/build-plan/plan'

/** How a line of comment begins, by the ending of a source file. */
const comments: Record<string, string> = {
  '.py': '#',
  '.ts': '//',
  '.js': '//',
  '.mjs': '//',
  '.go': '//',
  '.rs': '//',
  '.java': '//',
  '.cs': '//',
  '.php': '//',
  '.rb': '#',
  '.yaml': '#',
  '.yml': '#',
}
const ofKind: Partial<Record<BuildPlan['kind'], RegExp>> = {
  python: /\.py$/,
  node: /\.m?[jt]s$/,
  go: /\.go$/,
  rust: /\.rs$/,
}

/** Adds a comment to the source file that is nearest to the top; null where there is no source. */
export function changeOneLine(dir: string, kind: BuildPlan['kind']): string | null {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => isSource(file, ofKind[kind]))
  const depth = (path: string) => path.split('/').length
  const [file] = sources.sort((a, b) => depth(a) - depth(b) || a.localeCompare(b))
  if (file === undefined) return null
  const ending = /\.[a-z]+$/.exec(file)?.[0] ?? ''
  appendFileSync(join(dir, file), `\n${comments[ending]} One more line.\n`)
  return file
}

function isSource(file: string, wanted: RegExp | undefined): boolean {
  const ending = /\.[a-z]+$/.exec(file)?.[0] ?? ''
  const tool =
    /(?:^|\/)(?:\.|node_modules\/)|config\.|\.d\.ts$|(?:pnpm-lock|pnpm-workspace|smithery)\./
  return ending in comments && (wanted?.test(basename(file)) ?? true) && !tool.test(file)
}

/** A Dockerfile of the repository's own, as no layer in the engine's cache knows it. */
export function freshLayers(dockerfile: string): void {
  // A label would change no layer's key; a variable is part of what each RUN is told.
  const fresh = `ENV BENCH_STARTED_AT="${Date.now()}"`
  const text = readFileSync(dockerfile, 'utf8')
  writeFileSync(
    dockerfile,
    text.replaceAll(/^FROM .*$/gim, (from) => `${from}\n${fresh}`),
  )
}
