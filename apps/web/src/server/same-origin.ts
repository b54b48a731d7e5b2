import { loopbackSpellings } from './loopback-spellings.ts'

/**
 * Did a page of ours send this? Browsers set both headers and no script can forge them. A request
 * that carries neither is not from a browser of the last years and is refused with a cookie.
 */
export function isSameOrigin(headers: Headers, dashboardUrl: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site) return site === 'same-origin'
  const origin = headers.get('origin')
  return origin !== null && loopbackSpellings(dashboardUrl).includes(origin)
}
