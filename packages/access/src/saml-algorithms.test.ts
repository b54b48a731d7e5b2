import { expect, test } from 'vitest'
import { isStronglySigned } from './saml-algorithms.ts'

const more = 'http://www.w3.org/2001/04/xmldsig-more#'
const strong = (extra = '') =>
  `<ds:SignedInfo><ds:SignatureMethod Algorithm="${more}rsa-sha256"/>${extra}<ds:Reference>
    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod></ds:Reference></ds:SignedInfo>`

test('SHA-256 and better pass, whatever the prefix', () => {
  expect(isStronglySigned(strong())).toBe(true)
  expect(isStronglySigned(strong().replaceAll('ds:', ''))).toBe(true)
  const declared = `<DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" Algorithm="${more}sha384" />`
  expect(isStronglySigned(strong(declared))).toBe(true)
})

test.each([
  ['a digest of SHA-1', '<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'],
  [
    'a signature of SHA-1',
    `<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>`,
  ],
  ['a shared secret', `<SignatureMethod Algorithm="${more}hmac-sha256"/>`],
  ['an escaped name', '<DigestMethod Algorithm="http&#58;//www.w3.org/2000/09/xmldsig#sha1"/>'],
  ['a second one in one tag', `<DigestMethod x='Algorithm="${more}sha384"' Algorithm="sha1"/>`],
  ['other quotes', `<DigestMethod Algorithm='http://www.w3.org/2000/09/xmldsig#sha1'/>`],
  ['an odd prefix', `<ü:DigestMethod Algorithm="${more}sha384"/>`],
  ['no algorithm', '<DigestMethod/>'],
  ['an unfinished tag', '<DigestMethod '],
  ['a document type', `<!DOCTYPE a [<!ENTITY m "sha1">]>`],
])('%s is weak', (_what, xml) => {
  expect(isStronglySigned(strong(xml))).toBe(false)
})
