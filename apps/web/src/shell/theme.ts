export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** Kept in a cookie, so that the server writes the right theme into the first byte of the page. */
export const themeCookie = 'moorage-theme'

export function parseTheme(text: string | undefined): Theme {
  return themes.find((theme) => theme === text) ?? 'system'
}
