import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { makeDeployKey, openDeployKey } from '@moorage/deployments/deploy-key'
import { parseRepoUrl } from '@moorage/deployments/repo-url'
import { freePort } from '@moorage/embedded/free-port'
import { ensureProgram } from '@moorage/testing/system-package'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Forge, startForge } from '../forge-fixture.ts'
import { type FetchInput, fetchSource } from './fetch.ts'

let forge: Forge
let base: string
let host: string
let repository: Forge['repository']

beforeAll(async () => {
  forge = await startForge()
  ;({ base, host, repository } = forge)
})
afterAll(() => forge.close())

let count = 0
function input(name: string, change: Partial<FetchInput> = {}): FetchInput {
  const trustedHosts = [host]
  return {
    source: {
      kind: 'remote',
      repo: parseRepoUrl(`https://${host}/${name}.git`, { trustedHosts }),
      address: '127.0.0.1',
      login: {},
    },
    moduleLogin: async () => ({}),
    ref: 'main',
    commitSha: null,
    dir: join(base, `out-${++count}`, 'source'),
    caFile: forge.caFile,
    submoduleHosts: [],
    trustedHosts,
    maxBytes: 1e6,
    onLog: () => {},
    signal: new AbortController().signal,
    ...change,
  }
}

test('brings the newest commit of a branch over https, without its .git', async () => {
  const sha = repository('plain', (dir) => writeFileSync(join(dir, 'a.txt'), 'a'))
  const wanted = input('plain')
  expect(await fetchSource(wanted)).toEqual({
    commitSha: sha,
    commitMessage: 'The commit of plain',
    ref: 'main',
  })
  expect(readFileSync(join(wanted.dir, 'a.txt'), 'utf8')).toBe('a')
  expect(existsSync(join(wanted.dir, '.git'))).toBe(false)
})

test('brings the exact commit that was asked for, also when the branch has moved on', async () => {
  let first = ''
  repository('moved-on', (dir, git) => {
    writeFileSync(join(dir, 'a.txt'), 'old')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'Old')
    first = git('rev-parse', 'HEAD')
    writeFileSync(join(dir, 'a.txt'), 'new')
  })
  const wanted = input('moved-on', { commitSha: first })
  expect((await fetchSource(wanted)).commitSha).toBe(first)
  expect(readFileSync(join(wanted.dir, 'a.txt'), 'utf8')).toBe('old')
})

test('of an annotated tag it brings the commit', async () => {
  let tagged = ''
  repository('tagged', (dir, git) => {
    writeFileSync(join(dir, 'a.txt'), '1')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'One')
    git('tag', '--annotate', 'v1', '--message', 'Version 1')
    tagged = git('rev-parse', 'HEAD')
    writeFileSync(join(dir, 'a.txt'), '2')
  })
  expect((await fetchSource(input('tagged', { ref: 'v1' }))).commitSha).toBe(tagged)
})

test.each([
  ['a branch that is not there', 'plain', { ref: 'nope' }, /no branch or tag "nope"/],
  ['a repository that is not there', 'missing', {}, /not let us read|does not exist/],
  ['a certificate that nobody vouches for', 'plain', { caFile: undefined }, /cannot be reached/],
  ['a redirect', 'moved/plain', {}, /cannot be reached/],
  ['a commit that is too large', 'plain', { maxBytes: 0 }, /too large/],
])('refuses %s, with a sentence for people', async (_, name, change, message) => {
  await expect(fetchSource(input(name, change))).rejects.toMatchObject({
    userMessage: expect.stringMatching(message),
    hint: expect.any(String),
  })
})

test('stops a repository that is too large while it comes, and not when it has filled the disk', async () => {
  repository('huge', (dir, git) => {
    git('config', 'core.compression', '0')
    for (let part = 0; part < 3; part += 1)
      writeFileSync(join(dir, `random-${part}`), randomBytes(4e7))
  })
  const wanted = input('huge')
  let most = 0
  const looking = setInterval(() => {
    const packs = join(wanted.dir, '.git/objects/pack')
    const names = existsSync(packs) ? readdirSync(packs) : []
    const sizes = names.map((name) => lstatSync(join(packs, name), { throwIfNoEntry: false })?.size)
    most = Math.max(
      most,
      sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    )
  }, 20)
  await expect(fetchSource(wanted)).rejects.toMatchObject({ code: 'too_large' })
  clearInterval(looking)
  expect(most).toBeLessThan(1e8)
})

test('runs no filter and no hook of the repository, and follows no link', async () => {
  const proof = join(base, 'was-here')
  repository('hostile', (dir, git) => {
    writeFileSync(join(dir, '.gitattributes'), '* filter=lfs\n*.txt filter=own\n')
    git('config', 'filter.own.clean', 'cat')
    writeFileSync(join(dir, 'a.txt'), 'as it is')
    writeFileSync(join(dir, '.lfsconfig'), `[lfs]\n\turl = https://${host}/lfs\n`)
    mkdirSync(join(dir, 'hooks'))
    writeFileSync(join(dir, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${proof}\n`, {
      mode: 0o755,
    })
    symlinkSync('/etc/passwd', join(dir, 'link'))
  })
  const wanted = input('hostile')
  await fetchSource(wanted)
  expect(existsSync(proof)).toBe(false)
  expect(readFileSync(join(wanted.dir, 'a.txt'), 'utf8')).toBe('as it is')
  expect(lstatSync(join(wanted.dir, 'link')).isSymbolicLink()).toBe(true)
})

/** A gitlink as `git submodule add` makes it. */
function submodule(
  git: (...args: string[]) => string,
  dir: string,
  path: string,
  url: string,
  sha: string,
) {
  writeFileSync(join(dir, '.gitmodules'), `[submodule "m"]\n\tpath = ${path}\n\turl = ${url}\n`)
  git('update-index', '--add', '--cacheinfo', `160000,${sha},${path}`)
  mkdirSync(join(dir, path), { recursive: true })
}

test('fetches a submodule of the same host, and none of another', async () => {
  const sha = repository('inner', (dir) => writeFileSync(join(dir, 'inner.txt'), 'inner'))
  repository('outer', (dir, git) => {
    submodule(git, dir, 'lib/inner', '../inner.git', sha)
    mkdirSync(join(dir, 'lib/private'))
    writeFileSync(join(dir, 'lib/private/a.txt'), 'of the outer one')
  })
  const wanted = input('outer')
  await fetchSource(wanted)
  expect(existsSync(join(wanted.dir, 'lib/private/a.txt'))).toBe(true)
  expect(readFileSync(join(wanted.dir, 'lib/inner/inner.txt'), 'utf8')).toBe('inner')

  repository('stranger', (dir, git) =>
    submodule(git, dir, 'lib', 'https://elsewhere.example/x.git', sha),
  )
  await expect(fetchSource(input('stranger'))).rejects.toMatchObject({
    userMessage: expect.stringContaining('elsewhere.example'),
  })
})

test('a submodule that cannot be read is named, with what lets it be read', async () => {
  const cases = [
    [
      'https://{host}/none.git',
      'The submodule lib: localhost does not let us read this repository',
    ],
    ['ssh://git@localhost/none.git', 'There is no ssh key to read the submodule lib with.'],
  ] as const
  for (const [index, [url, message]] of cases.entries()) {
    const name = `unreadable-${index}`
    repository(name, (dir, git) =>
      submodule(git, dir, 'lib', url.replace('{host}', host), 'a'.repeat(40)),
    )
    await expect(fetchSource(input(name))).rejects.toMatchObject({
      userMessage: expect.stringContaining(message),
      hint: expect.stringContaining('GIT_CREDENTIALS'),
    })
  }
})

test('fetches over ssh with the deploy key of the server, and with no other', async () => {
  const sha = repository('private', (dir) => writeFileSync(join(dir, 'a.txt'), 'a'))
  const encryptionKey = randomBytes(32)
  const own = makeDeployKey(encryptionKey, 'srv_own', 'own')
  const other = makeDeployKey(encryptionKey, 'srv_other', 'other')
  const sshd = await startSshd(own.publicKey)
  try {
    const url = `ssh://${userInfo().username}@localhost:${sshd.port}${join(base, 'private.git')}`
    const withKey = (serverId: string, sealed: string) =>
      input('private', {
        source: {
          kind: 'remote',
          repo: parseRepoUrl(url, { trustedHosts: [] }),
          address: '127.0.0.1',
          login: { deployKey: openDeployKey(encryptionKey, serverId, sealed) },
        },
      })
    const wanted = withKey('srv_own', own.sealedPrivateKey)
    expect((await fetchSource(wanted)).commitSha).toBe(sha)
    expect(existsSync(join(wanted.dir, '..', 'private'))).toBe(false)
    await expect(fetchSource(withKey('srv_other', other.sealedPrivateKey))).rejects.toMatchObject({
      hint: expect.stringContaining('deploy key'),
    })
  } finally {
    sshd.stop()
  }
})

async function startSshd(publicKey: string): Promise<{ port: number; stop: () => void }> {
  const program = await ensureProgram('sshd', ['openssh-server', 'openssh-client'], () => {})
  const port = await freePort(42_022)
  const hostKey = join(base, 'host-key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
  writeFileSync(join(base, 'authorized'), `${publicKey}\n`, { mode: 0o600 })
  const settings = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(base, 'authorized')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
  ]
  writeFileSync(join(base, 'sshd_config'), `${settings.join('\n')}\n`)
  mkdirSync('/run/sshd', { recursive: true })
  const daemon = spawn(program, ['-D', '-e', '-f', join(base, 'sshd_config')], { stdio: 'ignore' })
  await vi.waitFor(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port }, () => resolve(void socket.end()))
        socket.once('error', reject)
      }),
    10_000,
  )
  return { port, stop: () => daemon.kill() }
}

test('ends at once when it is canceled', async () => {
  const abort = new AbortController()
  abort.abort()
  await expect(fetchSource(input('plain', { signal: abort.signal }))).rejects.toMatchObject({
    code: 'canceled',
  })
})

test('finds the default branch by itself, whatever its name', async () => {
  const fill = (dir: string) => writeFileSync(join(dir, 'a.txt'), 'a')
  const commitSha = repository('other-default', fill, 'trunk')
  const found = await fetchSource(input('other-default', { ref: 'HEAD' }))
  expect(found).toMatchObject({ commitSha, ref: 'trunk' })
})
