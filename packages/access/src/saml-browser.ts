import { inflateRawSync } from 'node:zlib'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { z } from 'zod'
import { isStronglySigned } from './saml-algorithms.ts'

const cookieName = 'saml_request'
/** As long as the library remembers a request. */
const maxAge = 300

const sentSchema = z.object({ url: z.url() })
const requestId = /<[^<>]*AuthnRequest\b[^<>]*\sID="([^"]+)"/

/** The browser keeps the id of what it was sent to the provider with. */
export const rememberRequest = createAuthMiddleware(async (ctx) => {
  const sent = sentSchema.safeParse(ctx.context.returned).data
  const request = sent && new URL(sent.url).searchParams.get('SAMLRequest')
  if (!request) return
  const id = requestId.exec(inflateRawSync(Buffer.from(request, 'base64')).toString())?.[1]
  if (!id) throw new Error('The library has sent a request without an id')
  const { name, attributes } = ctx.context.createAuthCookie(cookieName, { maxAge })
  await ctx.setSignedCookie(name, id, ctx.context.secret, attributes)
})

const answerSchema = z.object({
  SAMLResponse: z.string(),
  RelayState: z.string().optional(),
  isOurs: z.string().optional(),
})

/**
 * An answer counts in the browser that asked for it, so nobody is signed in with another's answer; and
 * where nothing of it is signed with less than SHA-256. The library checks all else.
 */
export const onlyOwnAnswer = createAuthMiddleware(async (ctx) => {
  if (!ctx.body) return
  const answer = answerSchema.safeParse(ctx.body).data
  if (!answer)
    throw new APIError('BAD_REQUEST', { message: 'This is no answer of a SAML provider.' })
  const { name } = ctx.context.createAuthCookie(cookieName)
  const asked = await ctx.getSignedCookie(name, ctx.context.secret)
  // Browsers keep our cookies from a form of another site, so the answer is posted once more by us.
  if (!asked && answer.isOurs === undefined) return postAgain(answer)
  const xml = Buffer.from(answer.SAMLResponse, 'base64').toString()
  const isOwn = isAnswerTo(asked, xml)
  if (isOwn && isStronglySigned(xml)) return
  ctx.context.logger.error(
    isOwn
      ? 'A SAML answer was refused: it is signed with less than SHA-256'
      : 'A SAML answer was refused: this browser has not asked for it',
  )
  throw ctx.redirect('/sign-in?error=saml')
})

/** Wherever it says so, and in what is signed for sure: SAML profiles, 4.1.4.2. */
function isAnswerTo(asked: string | null | undefined | false, xml: string): boolean {
  const ids = [...xml.matchAll(/InResponseTo\s*=\s*["']?([^"'\s>]*)/g)]
  const confirmations = [...xml.matchAll(/<(?:[\w.-]+:)?SubjectConfirmationData\b([^<>]*)/g)]
  return (
    confirmations.length > 0 &&
    confirmations.every(([, attributes = '']) => /\sInResponseTo\s*=/.test(attributes)) &&
    ids.every(([, id]) => id === asked)
  )
}

function postAgain({ SAMLResponse, RelayState }: z.infer<typeof answerSchema>): Response {
  const fields = { SAMLResponse, ...(RelayState === undefined ? {} : { RelayState }), isOurs: '1' }
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  )
  const html = `<!doctype html><title>Signing in</title><form method="post">${inputs.join('')}<noscript><button>Go on</button></noscript></form><script>document.forms[0].submit()</script>`
  return new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  })
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`)
}
