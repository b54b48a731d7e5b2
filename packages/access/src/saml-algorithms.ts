const strong = [
  'http://www.w3.org/2001/04/xmldsig-more#(?:rsa|ecdsa)-sha(?:256|384|512)',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha(?:256|512)',
].join('|')
const strongMethod = new RegExp(
  `<(?:[\\w.-]+:)?(?:SignatureMethod|DigestMethod)(?:\\s+xmlns(?::[\\w.-]+)?="[^"<>]*")*\\s+Algorithm="(?:${strong})"\\s*/?>`,
  'g',
)
const closingTag = /<\/[^<>]*>/g

/**
 * Is every signature and digest in this XML made with SHA-256 or better (XML Signature 1.1, 6.2 and
 * 6.4)? What is not written as signers write it counts as weak, so that no reading of the text finds
 * a method here that was not looked at.
 */
export function isStronglySigned(xml: string): boolean {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return false
  const rest = xml.replace(strongMethod, '').replace(closingTag, '')
  return !/SignatureMethod|DigestMethod/.test(rest)
}
