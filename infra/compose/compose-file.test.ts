import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../supervisor/options.ts'
import { readComposeFile } from './compose-file.ts'

const complete = {
  MOORAGE_DASHBOARD_HOST: 'moorage.example.com',
  MOORAGE_ROUTER_HOST: 'mcp.example.com',
  MOORAGE_GIT_HOST: 'git.example.com',
  MOORAGE_ACME_EMAIL: 'you@example.com',
  MOORAGE_ENCRYPTION_KEY: 'key',
  MOORAGE_AUTH_SECRET: 'secret',
  POSTGRES_PASSWORD: 'postgres',
  REDIS_PASSWORD: 'redis',
  DOCKER_GID: '999',
}

test.each(Object.keys(complete))('does not start without %s', (name) => {
  expect(() => readComposeFile({ ...complete, [name]: '' })).toThrow(`${name} is required`)
})

test('has no default for anything secret', () => {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  expect(text).not.toMatch(/\$\{[A-Z_]*(PASSWORD|SECRET|KEY|TOKEN)[A-Z_]*(:-[^}]*)?\}/)
})

test('hands on a previous encryption key where there is one, and sets none where there is not', () => {
  const { services } = readComposeFile(complete)
  for (const name of ['prepare', 'web', 'router', 'git', 'builder'])
    expect(services[name]?.environment).toMatchObject({ MOORAGE_ENCRYPTION_KEY_PREVIOUS: null })
})

test('listens to the world with Caddy alone', () => {
  const { services } = readComposeFile(complete)
  for (const service of Object.values(services)) {
    const hosts = Object.entries(service.environment).filter(([name]) =>
      /^MOORAGE_(WEB|GIT|ROUTER)_HOST$/.test(name),
    )
    if (service.command[0] === 'node') {
      for (const [, host] of hosts) expect(host).toBe('127.0.0.1')
    }
    for (const port of Array.isArray(service.ports) ? service.ports : []) {
      expect(port).toMatch(/^127\.0\.0\.1:/)
    }
  }
})

test('gives the Docker socket to the builder alone', () => {
  const { services } = readComposeFile(complete)
  const withSocket = Object.entries(services).filter(([, service]) =>
    service.volumes.some((volume) => volume.includes('docker.sock')),
  )
  expect(withSocket.map(([name]) => name)).toEqual(['builder'])
})

test('takes every privilege from the apps that they do not need', () => {
  const { services } = readComposeFile(complete)
  for (const name of ['prepare', 'web', 'router', 'git', 'builder']) {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  }
})
