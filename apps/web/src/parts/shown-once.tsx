import { Button } from './button.tsx'
import { CodeBlock } from './code-block.tsx'

/** In a dialog: what can never be read again, to copy now. `what` is its word for screen readers. */
export function ShownOnce({
  value,
  what,
  onDone,
}: {
  value: string
  what: string
  onDone: () => void
}) {
  return (
    <div className="grid gap-4">
      <CodeBlock code={value} label={`Copy the ${what}`} wrap />
      <div className="flex justify-end">
        <Button look="primary" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  )
}
