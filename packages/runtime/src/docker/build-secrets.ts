import { readFile } from 'node:fs/promises'
import { AppError } from '@moorage/domain/error'
import { type BuildSettings, caEnv, cargoConfig } from '../build-settings.ts'
import { npmConfig, tenantSecrets } from '../tenant-secrets.ts'

/** A secret of a build: its content, where a RUN finds it, and what points the tools to it. */
export type BuildSecret = {
  id: string
  target: string
  env: Record<string, string>
  /** A variable that holds the content. */
  variable?: string
  content: Buffer
}

const dir = '/run/secrets/moorage'
/** Where a Dockerfile's `--mount=type=secret,id=NAME` puts them as well. */
const tenantDir = '/run/secrets'

/**
 * The operator's settings as files that exist only while a RUN runs. Registry URLs may hold
 * credentials and an environment variable would stand in the image's history, so they too go into
 * files: npm's own configuration, pip's and uv's found by XDG_CONFIG_HOME, go's by GOENV, and cargo's
 * in the root directory, where cargo looks last. A repository's own Dockerfile can mount them too, by
 * id: moorage-ca, moorage-npm, moorage-pip, moorage-uv, moorage-go, moorage-cargo.
 */
export async function buildSecrets(
  settings: BuildSettings,
  tenant: Record<string, string>,
): Promise<BuildSecret[]> {
  const secrets: BuildSecret[] = []
  const add = (id: string, file: string, content: string | Buffer, env: Record<string, string>) =>
    secrets.push({
      id: `moorage-${id}`,
      target: `${dir}/${file}`,
      env,
      content: Buffer.from(content),
    })

  if (settings.caBundlePath)
    add('ca', 'ca.crt', await readBundle(settings.caBundlePath), caEnv(`${dir}/ca.crt`))
  const npmrc = npmConfig(settings.npmRegistry, tenant)
  if (npmrc) add('npm', 'npmrc', npmrc, { NPM_CONFIG_USERCONFIG: `${dir}/npmrc` })
  if (settings.pipIndexUrl) {
    const env = { XDG_CONFIG_HOME: dir }
    add('pip', 'pip/pip.conf', `[global]\nindex-url = ${settings.pipIndexUrl}\n`, env)
    add('uv', 'uv/uv.toml', `index-url = ${JSON.stringify(settings.pipIndexUrl)}\n`, env)
  }
  if (settings.goProxy)
    add('go', 'go.env', `GOPROXY=${settings.goProxy}\n`, { GOENV: `${dir}/go.env` })
  if (settings.cargoRegistry) {
    const content = Buffer.from(cargoConfig(settings.cargoRegistry))
    secrets.push({ id: 'moorage-cargo', target: '/.cargo/config.toml', env: {}, content })
  }
  for (const secret of tenantSecrets(tenant, tenantDir)) {
    const { name, file, env, value } = secret
    secrets.push({ id: name, target: file, env, variable: name, content: Buffer.from(value) })
  }
  return secrets
}

async function readBundle(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new AppError('unavailable', 'The CA bundle for builds cannot be read.', {
      message: `cannot read ${path}`,
      cause,
      hint: 'The operator should see to the setting that names it.',
    })
  })
}
