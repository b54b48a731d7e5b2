import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@moorage/embedded/free-port'
import { ensureProgram } from '@moorage/testing/system-package'
import { type Child, hopCore, restCore, startProgram } from './child.ts'

const log = (line: string) => console.error(line)
const answer =
  '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello hello hello hello"}]}}'

/** Answers every request alike, several times quicker than any hop. */
export async function startUpstream(dir: string): Promise<Child> {
  return startNginx(
    dir,
    'upstream',
    restCore,
    (port) => `
    server {
      listen 127.0.0.1:${port} backlog=1024;
      location / { default_type application/json; return 200 '${answer}'; }
      location = /auth { return 204; }
    }`,
  )
}

/** A bare proxy, or one that asks another server at `authPort` about each request first. */
export async function startNginxProxy(
  dir: string,
  upstreamPort: number,
  authPort: number | null,
): Promise<Child> {
  const ask =
    'proxy_pass http://auth/auth; proxy_pass_request_body off; proxy_set_header Content-Length "";'
  return startNginx(
    dir,
    `proxy-${authPort}`,
    hopCore,
    (port) => `
    upstream up { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 100000000; }
    upstream auth { server 127.0.0.1:${authPort ?? upstreamPort}; keepalive 64; keepalive_requests 100000000; }
    server {
      listen 127.0.0.1:${port} backlog=1024;
      location / { ${authPort === null ? '' : 'auth_request /ask;'} proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }
      location = /ask { internal; ${ask} proxy_http_version 1.1; proxy_set_header Connection ""; }
    }`,
  )
}

export async function startCaddy(dir: string, upstreamPort: number): Promise<Child> {
  const program = await ensureProgram('caddy', ['caddy'], log)
  const port = await freePort(0)
  const file = join(dir, 'Caddyfile')
  const proxy = `reverse_proxy 127.0.0.1:${upstreamPort}`
  writeFileSync(
    file,
    `{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:${port} {\n ${proxy}\n}\n`,
  )
  return startProgram(program, ['run', '--config', file, '--adapter', 'caddyfile'], port, hopCore)
}

async function startNginx(
  dir: string,
  name: string,
  core: string,
  http: (port: number) => string,
): Promise<Child> {
  const program = await ensureProgram('nginx', ['nginx-light'], log)
  const port = await freePort(0)
  const file = join(dir, `${name}.conf`)
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${dir}/${name}.pid; error_log stderr error;
  events { worker_connections 4096; }
  http {
    access_log off; keepalive_requests 100000000; keepalive_timeout 300s;
    client_body_temp_path ${dir}/${name}-body; proxy_temp_path ${dir}/${name}-proxy;
    fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
    ${http(port)}
  }`,
  )
  return startProgram(program, ['-c', file], port, core)
}
