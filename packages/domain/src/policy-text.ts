import type { Uses } from './policy.ts'

type Names = Uses['tools']

/** `read_* !read_secret`: names, `!` before those that are denied. Nothing written: everything; `!*`: nothing. */
export function namesFrom(text: string): Names {
  const words = text.split(/[\s,]+/).filter((word) => word !== '' && word !== '!')
  const deny = words.flatMap((word) => (word.startsWith('!') ? word.slice(1) : []))
  const allow = words.filter((word) => !word.startsWith('!'))
  if (allow.length === 0 && deny.includes('*')) return { allow: [], deny: [] }
  return { allow: allow.length > 0 ? allow : ['*'], deny }
}

/** The same as text. */
export function namesText({ allow, deny }: Names): string {
  if (allow.length === 0) return '!*'
  const isAll = allow.length === 1 && allow[0] === '*'
  return [...(isAll ? [] : allow), ...deny.map((name) => `!${name}`)].join(' ')
}
