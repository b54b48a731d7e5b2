import { existsSync } from 'node:fs'

/** Named by the machine where its CA store holds a CA of its own (a company's proxy). */
export function findCaBundle(): string | null {
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = process.env
  return [SSL_CERT_FILE, NODE_EXTRA_CA_CERTS].find((file) => file && existsSync(file)) ?? null
}
