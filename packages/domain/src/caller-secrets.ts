import { z } from 'zod'

/** What carries the message, or what the router alone may say of it. */
const reserved =
  /^(?:host|connection|cookies?|set-cookie|date|expect|forwarded|from|http2-settings|keep-alive|last-event-id|origin|range|referer|te|trailer|transfer-encoding|upgrade|user-agent|via|traceparent|tracestate|x-real-ip|(?:accept|access-control|content|if|mcp|moorage|proxy|sec|x-forwarded)(?:-.*)?)$/

const headerSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header')
  .refine((name) => !reserved.test(foldHeader(name)), 'is a header that is not to be had')

const callerSecretSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-](?:[\w .-]{0,58}[\w.-])?$/, 'takes letters, digits, spaces, ".", "_" and "-"'),
  header: headerSchema,
  description: z.string().max(500).optional(),
  /** Where a caller gets one. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
})
export type CallerSecret = z.infer<typeof callerSecretSchema>

/** What a server asks of each of its callers, to be had as headers of this caller's requests. */
export const callerSecretsSchema = z
  .array(callerSecretSchema)
  .max(10)
  .refine(
    (list) =>
      areDistinct(list.map(({ name }) => name)) &&
      areDistinct(list.map(({ header }) => foldHeader(header))),
    'no name and no header twice',
  )

/** From a stored plan. Never throws: what cannot be read is asked of nobody. */
export function readCallerSecrets(value: unknown): readonly CallerSecret[] {
  if (value === null || value === undefined) return none
  return callerSecretsSchema.safeParse(value).data ?? none
}

const none: readonly CallerSecret[] = []

/** Many servers take `_` for `-`, as CGI and WSGI do. */
export function foldHeader(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

function areDistinct(names: string[]): boolean {
  return new Set(names).size === names.length
}
