import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { AppError } from '@moorage/domain/error'

/** The programs that a plan's commands mean by `python3` and `node` on this machine. */
export type Toolchain = {
  path: string
  python: string | null
  remark: string | null
  /** What the programs themselves need to be told, since HOME is not that of this machine's user. */
  env: Record<string, string>
}

export async function toolchainFor(plan: BuildPlan, searchPath: string): Promise<Toolchain> {
  const path = [dirname(process.execPath), ...searchPath.split(':').filter(Boolean)].join(':')
  const wanted = plan.base?.version ?? ''
  if (plan.kind === 'python') return pythonToolchain(path, wanted)
  if (plan.kind === 'go') return compiler('Go', 'go', path)
  if (plan.kind === 'rust') return compiler('Rust', 'cargo', path)
  const own = process.versions.node
  const remark = own.startsWith(`${wanted}.`) ? null : differs('Node', wanted, own)
  return { path, python: null, remark, env: {} }
}

/** The command, with the interpreter that was found in the place of a bare `python3`. */
export function withToolchain(command: readonly string[], toolchain: Toolchain): string[] {
  const [program = '', ...args] = command
  const isPython = toolchain.python !== null && /^python3?$/.test(program)
  return [isPython && toolchain.python ? toolchain.python : program, ...args]
}

/** As it is on this machine: go and cargo fetch the version that a project asks for, or say what is wrong. */
function compiler(language: string, program: string, path: string): Toolchain {
  if (!path.split(':').some((dir) => existsSync(join(dir, program))))
    throw new AppError('build_failed', `${language} is not on this machine.`, {
      hint: `Install ${language}, or Docker: containers bring their own ${language}.`,
    })
  const rustup = join(homedir(), '.rustup')
  const env: Record<string, string> = existsSync(rustup) ? { RUSTUP_HOME: rustup } : {}
  return { path, python: null, remark: null, env }
}

async function pythonToolchain(path: string, wanted: string): Promise<Toolchain> {
  for (const name of [`python${wanted}`, 'python3']) {
    const found = await askPython(name, path)
    if (!found) continue
    const remark = found.version === wanted ? null : differs('Python', wanted, found.version)
    return { path, python: found.executable, remark, env: {} }
  }
  throw new AppError('build_failed', `Python ${wanted} is not on this machine.`, {
    hint: `Install Python ${wanted}, or Docker: containers bring their own Python.`,
  })
}

async function askPython(name: string, path: string) {
  const question = 'import sys; print("%d.%d" % sys.version_info[:2]); print(sys.executable)'
  const options = { env: { PATH: path }, timeout: 10_000 }
  const answer = await promisify(execFile)(name, ['-c', question], options).catch(() => null)
  const [version, executable] = answer?.stdout.trim().split('\n') ?? []
  return version && executable ? { version, executable } : null
}

function differs(language: string, wanted: string, found: string): string {
  return `The plan asks for ${language} ${wanted}; this machine has ${found}, which is used instead.`
}
