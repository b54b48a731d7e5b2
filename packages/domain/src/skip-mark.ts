/** Does the message of a commit say that it is not to be deployed? */
export function asksToSkip(commitMessage: string): boolean {
  return /\[(?:skip moorage|moorage skip)\]/i.test(commitMessage)
}
