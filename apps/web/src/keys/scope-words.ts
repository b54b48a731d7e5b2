import type { Scope } from '@moorage/domain/permission'

/** What each scope lets a key do. */
export const scopeWords: Record<Scope, { label: string; short: string; text: string }> = {
  call: {
    label: 'Call',
    short: 'call',
    text: 'Call servers through their URL. What an MCP client needs.',
  },
  read: { label: 'Read', short: 'read', text: 'See servers, deployments and logs.' },
  deploy: {
    label: 'Deploy',
    short: 'deploy',
    text: 'Create and deploy servers, git push, set variables.',
  },
  admin: { label: 'Admin', short: 'everything', text: 'Everything, keys and deletion included.' },
}
