import type { z } from 'zod'

/** `whole` with what is good in a stored value: a field of an older version is the default. */
export function readFields<T extends object>(
  fields: Record<string, z.ZodType>,
  whole: T,
  value: unknown,
): T {
  if (typeof value !== 'object' || value === null) return whole
  const good = Object.entries(value).filter(
    ([name, one]) => Object.hasOwn(fields, name) && fields[name]?.safeParse(one).success,
  )
  return good.length === 0 ? whole : { ...whole, ...Object.fromEntries(good) }
}
