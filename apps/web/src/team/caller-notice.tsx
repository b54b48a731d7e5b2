import { Notice } from '../parts/notice.tsx'

export function CallerNotice() {
  return (
    <Notice look="info" title="You may call this team's servers, and see nothing else.">
      Ask an admin of the team for the address of a server, or for a higher role.
    </Notice>
  )
}
