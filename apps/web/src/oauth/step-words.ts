const words: Record<string, string> = {
  discovery: 'Asked how',
  registration: 'Registered',
  authorization: 'Asked a person',
  consent: 'Person answered',
  token: 'Got a token',
  refresh: 'Renewed it',
  call: 'Called',
}

/** What a client did, in a word or two. */
export function stepWords(step: string): string {
  return words[step] ?? step
}
