import { LinkButton } from './button.tsx'
import { MessagePage } from './message-page.tsx'

/** In the place of a page that there is not. `as` is MessagePage's. */
export function NothingHere({ as = 'div' }: { as?: 'div' | 'main' }) {
  return (
    <MessagePage
      as={as}
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
