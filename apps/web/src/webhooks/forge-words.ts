/** What a person does at each forge. */
export const forgeSteps = [
  {
    forge: 'GitHub',
    where: 'Settings, Webhooks, Add webhook',
    tick: 'Content type application/json; events Pushes and Pull requests.',
  },
  {
    forge: 'GitLab',
    where: 'Settings, Webhooks, Add new webhook',
    tick: 'The secret is the "Secret token"; triggers Push events and Merge request events.',
  },
  {
    forge: 'Gitea, Forgejo',
    where: 'Settings, Webhooks, Add webhook',
    tick: 'Content type application/json; custom events Push, Delete and Pull request, with Pull request synchronized.',
  },
  {
    forge: 'Bitbucket',
    where: 'Repository settings, Webhooks, Add webhook',
    tick: 'Triggers Repository push, and of Pull request Created, Updated, Merged and Declined.',
  },
  {
    forge: 'Anything else',
    where: 'POST {"ref": "main", "commit": "<40 digits>", "message": "..."}',
    tick: 'Signed as Standard Webhooks has it, with the secret as it stands as the key.',
  },
] as const

const names: Record<string, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  gitea: 'Gitea',
  bitbucket: 'Bitbucket',
  generic: 'Signed',
}

export const forgeName = (forge: string) => names[forge] ?? forge
