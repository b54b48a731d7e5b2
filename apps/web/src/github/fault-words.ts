/** What went wrong on the way to GitHub and back, by the code in the address. */
export function faultWords(code: string): string {
  switch (code) {
    case 'forbidden':
      return 'This way back from GitHub was not open: it is for 15 minutes, and for who set out.'
    case 'conflict':
      return 'That was done already, or this platform has no GitHub App any more.'
    case 'not_found':
      return 'GitHub does not know what it was asked for: the code is good once, for an hour.'
    default:
      return 'GitHub could not be asked.'
  }
}
