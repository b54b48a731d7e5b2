import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureProgram } from './system-package.ts'

/** A certificate of these names and loopback, which is its own CA, in `dir`; `caFile` is what its clients trust. */
export async function makeCertificate(
  dir: string,
  names: readonly string[] = ['localhost'],
  /** RSA where what uses it knows nothing else. */
  algorithm: 'ec' | 'rsa' = 'ec',
): Promise<{ caFile: string; cert: Buffer; key: Buffer }> {
  const openssl = await ensureProgram('openssl', ['openssl'], () => {})
  const caFile = join(dir, 'cert.pem')
  const keyFile = join(dir, 'key.pem')
  const newKey =
    algorithm === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['rsa:2048']
  const kind = ['-x509', '-newkey', ...newKey, '-nodes']
  const alternatives = [...names.map((name) => `DNS:${name}`), 'IP:127.0.0.1'].join(',')
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${alternatives}`]
  const files = ['-days', '2', '-keyout', keyFile, '-out', caFile]
  execFileSync(openssl, ['req', ...kind, ...subject, ...files], { stdio: 'ignore' })
  return { caFile, cert: readFileSync(caFile), key: readFileSync(keyFile) }
}
