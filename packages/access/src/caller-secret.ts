import type { CallerSecret } from '@moorage/domain/caller-secrets'
import { AppError } from '@moorage/domain/error'
import { type EncryptionKey, open, seal } from './secret-box.ts'

type Place = { userId: string; serverId: string; name: string }

/** For `seal`: a value opens as this person's for this server and as no other. */
export const callerSecretContext = ({ userId, serverId, name }: Place) =>
  `caller-secret:${userId}:${serverId}:${name}`

/** Throws `bad_input` for what cannot be the value of a header. */
export function sealCallerSecret(key: EncryptionKey, place: Place, value: string): string {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/.test(value))
    throw new AppError('bad_input', 'A secret is one line of 4096 plain characters at most.', {
      hint: 'It is handed on as a header: no line breaks, no spaces at its ends, no characters beyond ASCII.',
    })
  return seal(key, value, callerSecretContext(place))
}

/** As the header carries it: Authorization has a scheme (RFC 9110, 11.4), Bearer where none is given. */
export function openCallerSecret(
  key: EncryptionKey,
  place: Omit<Place, 'name'>,
  { name, header }: CallerSecret,
  sealed: string,
): string {
  const value = open(key, sealed, callerSecretContext({ ...place, name }))
  const needsScheme = header.toLowerCase() === 'authorization' && !value.includes(' ')
  return needsScheme ? `Bearer ${value}` : value
}
