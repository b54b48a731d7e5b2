import { X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Logger } from './logger.ts'

type Certificate = { name: string; source: string; x509: X509Certificate; context: SecureContext }

export type Certificates = {
  /** Undefined: there is none for this name. */
  contextFor(hostname: string): SecureContext | undefined
  /** Resolves with whether anything has changed. A pair that cannot be read keeps what was there. */
  reload(): Promise<boolean>
  /** The first one, in PEM, for clients that name no host. */
  first(): { cert: string; key: string } | undefined
}

/** Certificates of a directory: NAME.crt (the chain, PEM) with NAME.key beside it, for any number of names. */
export function createCertificates(dir: string, logger: Logger): Certificates {
  let certificates: Certificate[] = []

  async function load(name: string): Promise<Certificate | undefined> {
    const old = certificates.find((one) => one.name === name)
    try {
      const [cert, key] = await Promise.all([read(dir, `${name}.crt`), read(dir, `${name}.key`)])
      const source = cert + separator + key
      if (old?.source === source) return old
      const x509 = new X509Certificate(cert)
      const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
      logger.info({ name, validTo: x509.validTo }, 'Certificate loaded')
      return { name, source, x509, context }
    } catch (error) {
      logger.error({ error, name }, 'A certificate could not be read')
      return old
    }
  }

  return {
    contextFor: (hostname) =>
      certificates.find(({ x509 }) => x509.checkHost(hostname) !== undefined)?.context,
    reload: async () => {
      const names = (await readdir(dir)).filter((file) => file.endsWith('.crt')).sort()
      const loaded = await Promise.all(names.map((file) => load(file.slice(0, -'.crt'.length))))
      const now = loaded.filter((one) => one !== undefined)
      const isChanged =
        now.length !== certificates.length || now.some((one, at) => one !== certificates[at])
      certificates = now
      return isChanged
    },
    first: () => {
      const [cert, key] = certificates[0]?.source.split(separator) ?? []
      return cert !== undefined && key !== undefined ? { cert, key } : undefined
    },
  }
}

const separator = '\0'

function read(dir: string, file: string): Promise<string> {
  return readFile(join(dir, file), 'utf8')
}
