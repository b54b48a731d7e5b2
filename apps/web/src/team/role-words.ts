import type { Role } from '@moorage/domain/permission'

export const roleWords: Record<Role, { label: string; text: string }> = {
  owner: { label: 'Owner', text: 'everything, deletion and transfer of the team too' },
  admin: { label: 'Admin', text: 'members, service accounts, the audit log, deletion of servers' },
  developer: { label: 'Developer', text: 'makes, deploys and changes servers, reads variables' },
  viewer: { label: 'Viewer', text: 'sees servers and logs, calls servers' },
  caller: { label: 'Caller', text: 'calls servers, sees nothing else' },
}
