import { AppError } from '@moorage/domain/error'

const maxLength = 1024

/**
 * A path that a repository or a form gave, made safe: relative, inside the repository, with `/`
 * and without `./`; '.' is the root itself. Throws plan_failed. Symbolic links are the tree's
 * business: it never lists what is behind one.
 */
export function repositoryPath(value: string, what: string): string {
  if (value.length > maxLength) throw refused(what, `is longer than ${maxLength} characters`)
  if (hasControlCharacter(value)) throw refused(what, 'holds a control character')
  if (value.includes('\\')) throw refused(what, 'holds a backslash')
  if (value.startsWith('/') || /^[A-Za-z]:/.test(value)) {
    throw refused(what, 'is an absolute path')
  }
  const parts = value.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refused(what, 'leads out of the repository')
  // A path ends up in argument arrays, where a leading hyphen would read as an option.
  if (parts[0]?.startsWith('-')) throw refused(what, 'starts with a hyphen')
  return parts.length === 0 ? '.' : parts.join('/')
}

function refused(what: string, why: string): AppError {
  return new AppError('plan_failed', `The ${what} ${why}.`, {
    hint: `Give the ${what} as a path inside the repository, such as servers/weather.`,
  })
}

function hasControlCharacter(value: string): boolean {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
