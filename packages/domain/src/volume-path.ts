import { AppError } from './error.ts'

/** What a container needs of its own, or the platform puts there. */
const taken = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib64',
  'moorage',
  'proc',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr',
]

/** A directory at which a container can have a volume. Throws `bad_input`. */
export function checkVolumePath(path: string): string {
  const parts = path.split('/').slice(1)
  const isPlain = parts.every((part) => /^(?!\.\.?$)[A-Za-z0-9._-]{1,60}$/.test(part))
  if (
    path.startsWith('/') &&
    isPlain &&
    path.length <= 200 &&
    path !== '/app' &&
    !taken.includes(parts[0] ?? '')
  )
    return path
  throw new AppError('bad_input', `A volume cannot be at ${JSON.stringify(path)}.`, {
    hint: 'Take an absolute path that the system does not use, such as /data.',
  })
}
