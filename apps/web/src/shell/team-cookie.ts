/** Which team was chosen last, by its slug. It decides what is shown first and nothing else. */
export const teamCookie = 'moorage-team'

/** For pages of a browser; takes effect with the next page. */
export function rememberTeam(slug: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser
  document.cookie = `${teamCookie}=${slug}; path=/; max-age=31536000; samesite=lax`
}
