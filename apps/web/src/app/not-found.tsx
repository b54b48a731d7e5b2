import { LinkButton } from '../parts/button.tsx'
import { MessagePage } from '../parts/message-page.tsx'

export default function NotFound() {
  return (
    <MessagePage
      as="main"
      title="There is nothing here"
      text="It may have been deleted, or it belongs to a team that you are not in."
      action={
        <LinkButton href="/" look="primary">
          All servers
        </LinkButton>
      }
    />
  )
}
