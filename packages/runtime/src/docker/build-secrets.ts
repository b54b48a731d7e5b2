import { readFile } from 'node:fs/promises'
import { AppError } from '@moorage/domain/error'
import { type BuildSettings, caEnv, cargoConfig } from '../build-settings.ts'

/** A secret of a build: its content, where a RUN finds it, and what points the tools to it. */
export type BuildSecret = {
  id: string
  target: string
  env: Record<string, string>
  content: Buffer
}

const dir = '/run/secrets/moorage'

/**
 * The operator's settings as files that exist only while a RUN runs. Registry URLs may hold
 * credentials and an environment variable would stand in the image's history, so they too go into
 * files: npm's own configuration, pip's and uv's found by XDG_CONFIG_HOME, go's by GOENV, and cargo's
 * in the root directory, where cargo looks last. A repository's own Dockerfile can mount them too, by
 * id: moorage-ca, moorage-npm, moorage-pip, moorage-uv, moorage-go, moorage-cargo.
 */
export async function buildSecrets(settings: BuildSettings): Promise<BuildSecret[]> {
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
  if (settings.npmRegistry)
    add('npm', 'npmrc', npmrc(settings.npmRegistry), { NPM_CONFIG_USERCONFIG: `${dir}/npmrc` })
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
  return secrets
}

/** Credentials in the URL become npm's own form of them: it does not take them from the URL. */
function npmrc(registry: string): string {
  const url = new URL(registry)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const lines = [`registry=${url.href}`]
  if (username) {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    lines.push(`//${url.host}${url.pathname}:_auth=${Buffer.from(pair).toString('base64')}`)
  }
  return `${lines.join('\n')}\n`
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
