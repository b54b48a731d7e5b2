import githubExamples from '@octokit/webhooks-examples'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { bitbucketPush, bitbucketRequest } from './fixtures/bitbucket.ts'
import { giteaPush } from './fixtures/gitea.ts'
import { gitlabMergeRequest, gitlabPush } from './fixtures/gitlab.ts'
import type { Forge } from './forge-event.ts'
import { readMessage } from './read-message.ts'

// Its types say otherwise than what is in it.
const examples = z
  .array(z.object({ name: z.string(), examples: z.array(z.looseObject({})) }))
  .parse(githubExamples)

const read = (forge: Forge, event: string, body: unknown) =>
  readMessage({ forge, event, payload: JSON.stringify(body) })

const published = (name: string) => examples.find((one) => one.name === name)?.examples ?? []

const published1 = (name: string, match: (example: object) => boolean) => {
  const found = published(name).find(match)
  if (!found) throw new Error(`no example of ${name}`)
  return found
}

test('every payload that GitHub publishes for a repository is read, and most ask for nothing', () => {
  let count = 0
  for (const { name, examples: all } of examples)
    for (const body of all) {
      for (const event of read('github', name, body).events)
        if (!['push', 'pull_request', 'delete'].includes(name))
          expect(event.kind, name).toBe('nothing')
      count += 1
    }
  expect(count).toBeGreaterThan(200)
})

test("GitHub's push of a branch names the branch, the exact commit and its message; a tag asks for nothing", () => {
  const body = published1('push', (it) => 'ref' in it && it.ref === 'refs/heads/master')
  expect(read('github', 'push', body)).toEqual({
    repositories: [
      'https://github.com/Codertocat/Hello-World.git',
      'git@github.com:Codertocat/Hello-World.git',
    ],
    events: [
      {
        kind: 'push',
        branch: 'master',
        commit: { sha: '6113728f27ae82c7b1a177c8d03f9e96e0adf246', message: expect.any(String) },
      },
    ],
  })
  const tag = published1('push', (it) => 'ref' in it && it.ref === 'refs/tags/simple-tag')
  expect(read('github', 'push', tag).events).toMatchObject([{ kind: 'nothing' }])
  const gone = { ...body, after: '0'.repeat(40), deleted: true }
  expect(read('github', 'push', gone).events).toEqual([
    { kind: 'branch-deleted', branch: 'master' },
  ])
})

test("GitHub's pull requests: opened, pushed to and closed, from the repository itself or a fork", () => {
  const of = (action: string) =>
    published1('pull_request', (it) => 'action' in it && it.action === action)
  expect(read('github', 'pull_request', of('opened')).events).toMatchObject([
    { kind: 'request', number: 2, isOpen: true, branch: 'changes', fork: null, forkRef: null },
  ])
  expect(read('github', 'pull_request', of('synchronize')).events).toMatchObject([
    { isOpen: true, commit: { sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821' } },
  ])
  expect(read('github', 'pull_request', of('closed')).events).toMatchObject([{ isOpen: false }])
  expect(read('github', 'pull_request', of('labeled')).events).toMatchObject([{ kind: 'nothing' }])
  const fork = structuredClone(of('opened')) as { pull_request: { head: { repo: unknown } } }
  fork.pull_request.head.repo = { full_name: 'eve/Hello-World' }
  const forked = { fork: 'eve/Hello-World', forkRef: 'refs/pull/2/head' }
  expect(read('github', 'pull_request', fork).events).toMatchObject([forked])
  fork.pull_request.head.repo = null
  expect(read('github', 'pull_request', fork).events).toMatchObject([{ fork: 'a deleted fork' }])
})

test("what was pushed to Gitea's refs/for/, which takes no right to write, is a fork's", () => {
  const request = structuredClone(
    published1('pull_request', (it) => 'action' in it && it.action === 'opened'),
  ) as { pull_request: { head: { ref: string } } }
  request.pull_request.head.ref = 'refs/pull/2/head'
  expect(read('gitea', 'pull_request', request).events).toMatchObject([
    { fork: 'Codertocat/Hello-World', forkRef: 'refs/pull/2/head' },
  ])
})

test('Gitea and Forgejo are read in the same way', () => {
  expect(read('gitea', 'push', giteaPush)).toMatchObject({
    repositories: ['http://localhost:3000/gitea/webhooks.git', expect.stringContaining('ssh://')],
    events: [
      {
        kind: 'push',
        branch: 'develop',
        commit: {
          sha: 'bffeb74224043ba2feb48d137756c8a9331c449a',
          message: 'Webhooks Yay!',
        },
      },
    ],
  })
})

test("GitLab's push takes the message of the head commit, which is not the first one", () => {
  expect(read('gitlab', 'Push Hook', gitlabPush)).toEqual({
    repositories: ['http://example.com/mike/diaspora.git', 'git@example.com:mike/diaspora.git'],
    events: [
      {
        kind: 'push',
        branch: 'master',
        commit: { sha: 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7', message: 'fixed readme' },
      },
    ],
  })
  expect(read('gitlab', 'Tag Push Hook', gitlabPush).events).toMatchObject([{ kind: 'nothing' }])
})

test("GitLab's merge requests: opened, new commits, closed; an edited title asks for nothing", () => {
  const with_ = (change: object) => ({
    ...gitlabMergeRequest,
    object_attributes: { ...gitlabMergeRequest.object_attributes, ...change },
  })
  const events = (body: object) => read('gitlab', 'Merge Request Hook', body).events
  expect(events(gitlabMergeRequest)).toMatchObject([
    { kind: 'request', number: 1, isOpen: true, branch: 'ms-viewport', fork: null },
  ])
  expect(events(with_({ action: 'update' }))).toMatchObject([{ kind: 'nothing' }])
  expect(events(with_({ action: 'update', oldrev: 'a' }))).toMatchObject([{ isOpen: true }])
  expect(events(with_({ action: 'merge' }))).toMatchObject([{ isOpen: false }])
  const fork = { source_project_id: 99, source: { path_with_namespace: 'eve/test' } }
  expect(events(with_(fork))).toMatchObject([
    { fork: 'eve/test', forkRef: 'refs/merge-requests/1/head' },
  ])
})

test("one delivery of Bitbucket's may be about several branches", () => {
  expect(read('bitbucket', 'repo:push', bitbucketPush)).toEqual({
    repositories: ['https://bitbucket.org/team_name/repo_name'],
    events: [
      {
        kind: 'push',
        branch: 'name-of-branch',
        commit: {
          sha: '709d658dc5b6d6afcd46049c2f332ee3f515a67d',
          message: 'new commit message\n',
        },
      },
      { kind: 'branch-deleted', branch: 'gone' },
    ],
  })
  expect(read('bitbucket', 'pullrequest:created', bitbucketRequest).events).toMatchObject([
    { kind: 'request', number: 1, isOpen: true, branch: 'branch2', fork: null },
  ])
  expect(read('bitbucket', 'pullrequest:fulfilled', bitbucketRequest).events).toMatchObject([
    { isOpen: false },
  ])
})

test('what is no JSON or says something else is refused with what is wrong', () => {
  const bad = (forge: Forge, event: string, payload: string) => () =>
    readMessage({ forge, event, payload })
  expect(bad('github', 'push', '{')).toThrow(/cannot be read.*not JSON/)
  expect(bad('github', 'push', '{"ref":1}')).toThrow(/cannot be read. ref/)
  expect(bad('generic', 'push', '{"ref":"main","commit":"--upload-pack=x"}')).toThrow(/40 hex/)
})
