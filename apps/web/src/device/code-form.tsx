import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'

/** For who could not follow the link. */
export function CodeForm() {
  return (
    <form method="get" action="/device" className="grid gap-4">
      <TextField
        label="Code"
        name="code"
        className="font-mono uppercase"
        placeholder="XXXX-XXXX"
        autoComplete="off"
        spellCheck={false}
        maxLength={20}
        required
        autoFocus
      />
      <Button type="submit" look="primary">
        Go on
      </Button>
    </form>
  )
}
