'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import type { Policy } from '@moorage/domain/policy'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Select } from '../parts/select.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { PolicyRule } from './policy-rule.tsx'
import { SaveRow, useSaveServer } from './save-server.tsx'
import { WhoList } from './who-list.tsx'

export type Callers = ApiOutputs['servers']['callers']

const everything = { allow: ['*'], deny: [] }
const choices: { value: Policy['mayCall']; label: string }[] = [
  { value: 'team', label: 'Everyone in the team, and its keys' },
  { value: 'chosen', label: 'Chosen members and keys' },
  { value: 'signed_in', label: 'Anyone signed in to the platform' },
]

/** Who may call a private server, and what each caller may use of any. */
export function PolicyCard({ callers }: { callers: Callers }) {
  const { server, can } = useLiveServer()
  const save = useSaveServer('Saved. It counts at once.')
  const [draft, setDraft] = useState<Policy | null>(null)
  const policy = draft ?? server.policy
  const change = (part: Partial<Policy>) => setDraft({ ...policy, ...part })
  const chosen = callers.filter(({ who }) => who.startsWith('member:') || who.startsWith('key:'))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.start({ policy }, () => setDraft(null))
  }
  return (
    <Card title="Who may call, and what" id="callers">
      <form onSubmit={submit}>
        <fieldset className="grid min-w-0 gap-5" disabled={!can.update}>
          {server.access === 'private' ? (
            <div className="grid gap-3">
              <Select
                label="May call"
                value={policy.mayCall}
                onChange={(mayCall) => change({ mayCall })}
                items={choices}
                disabled={!can.update}
              />
              {policy.mayCall === 'chosen' ? (
                <WhoList
                  label="Chosen"
                  empty="Nobody may call it yet."
                  value={policy.chosen}
                  options={chosen}
                  onChange={(list) => change({ chosen: list as Policy['chosen'] })}
                />
              ) : null}
            </div>
          ) : null}
          <div className="grid gap-3">
            <p className="text-sm text-muted">
              {policy.rules.length === 0
                ? 'Whoever may call it may use everything. A rule says which tools, resources and prompts some of them may use.'
                : 'The first rule that fits a caller counts. Where none fits, they may use everything.'}
            </p>
            {policy.rules.map((rule, at) => (
              <PolicyRule
                key={at}
                number={at + 1}
                rule={rule}
                callers={callers}
                onChange={(next) => change({ rules: policy.rules.with(at, next) })}
                onRemove={() => change({ rules: policy.rules.toSpliced(at, 1) })}
              />
            ))}
            {can.update ? (
              <div>
                <Button
                  size="sm"
                  onClick={() =>
                    change({
                      rules: [
                        ...policy.rules,
                        {
                          who: ['everyone'],
                          tools: everything,
                          resources: everything,
                          prompts: everything,
                        },
                      ],
                    })
                  }
                >
                  <Plus />
                  Add a rule
                </Button>
              </div>
            ) : null}
          </div>
          <SaveRow
            save={save}
            isChanged={draft !== null}
            isAllowed={policy.rules.every(({ who }) => who.length > 0)}
          />
        </fieldset>
      </form>
    </Card>
  )
}
