/** What an operator sets for builds. None of it ever becomes part of an image. */
export type BuildSettings = {
  /** A PEM file with every CA that builds shall trust, for networks that open up TLS. */
  caBundlePath: string | null
  /** Package registries; their URLs may carry credentials. */
  npmRegistry: string | null
  pipIndexUrl: string | null
  /** In the form of GOPROXY: one URL or several, with commas. */
  goProxy: string | null
  /** In the place of crates.io: a sparse index such as `sparse+https://example.com/index/`. */
  cargoRegistry: string | null
  httpProxy: string | null
  httpsProxy: string | null
  noProxy: string | null
}

/** Where an operator has set nothing. */
export const noBuildSettings: BuildSettings = {
  caBundlePath: null,
  npmRegistry: null,
  pipIndexUrl: null,
  goProxy: null,
  cargoRegistry: null,
  httpProxy: null,
  httpsProxy: null,
  noProxy: null,
}

/** How common tools are told of a CA bundle; each reads its own variable. */
export function caEnv(path: string): Record<string, string> {
  const names = [
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'PIP_CERT',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'CARGO_HTTP_CAINFO',
  ]
  return Object.fromEntries(names.map((name) => [name, path]))
}

/** Cargo's own configuration, in which a registry stands in the place of crates.io. */
export function cargoConfig(registry: string): string {
  const source = `[source.moorage]\nregistry = ${JSON.stringify(registry)}\n`
  return `[source.crates-io]\nreplace-with = "moorage"\n${source}`
}

/** Both spellings: half of the tools read only one of them. */
export function proxyEnv(settings: BuildSettings): Record<string, string> {
  const env: Record<string, string> = {}
  const add = (name: string, value: string | null) => {
    if (!value) return
    env[name] = value
    env[name.toLowerCase()] = value
  }
  add('HTTP_PROXY', settings.httpProxy)
  add('HTTPS_PROXY', settings.httpsProxy)
  add('NO_PROXY', settings.noProxy)
  return env
}

/** Takes secrets, and the passwords of the settings' URLs, out of what a build prints. */
export function redactor(
  settings: BuildSettings,
  secrets: Record<string, string> = {},
): (text: string) => string {
  const urls = [
    ...[settings.npmRegistry, settings.pipIndexUrl, settings.httpProxy, settings.httpsProxy],
    ...[
      ...(settings.goProxy?.split(/[,|]/) ?? []),
      settings.cargoRegistry?.replace(/^sparse\+/, ''),
    ],
  ]
  const passwords = urls.flatMap((url) => {
    const { password = '' } = (url && URL.parse(url)) || {}
    return password ? [password, decodeURIComponent(password)] : []
  })
  // A file is printed line by line, and a short word stands in many places by chance.
  const lines = Object.values(secrets).flatMap((value) => value.split(/\r?\n/))
  const hidden = [
    ...passwords,
    ...lines.map((line) => line.trim()).filter((line) => line.length > 5),
  ]
  return (text) => hidden.reduce((rest, password) => rest.replaceAll(password, '***'), text)
}
