'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { CreateKey } from '../keys/create-key.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { ClientSecret } from './client-secret.tsx'
import { RoleSelect } from './role-select.tsx'
import { roleWords } from './role-words.ts'

type Account = ApiOutputs['serviceAccounts']['list'][number]
type Rights = { mayWrite: boolean; mayOwn: boolean }

/** Machines that are members: what they may, and the keys they have. */
export function ServiceAccountList({
  team,
  accounts,
  rights,
}: {
  team: string
  accounts: Account[]
  rights: Rights
}) {
  return (
    <ul>
      {accounts.map((account) => (
        <AccountRow key={account.id} team={team} account={account} rights={rights} />
      ))}
    </ul>
  )
}

function AccountRow({ team, account, rights }: { team: string; account: Account; rights: Rights }) {
  const api = useTRPC()
  const answer = useAnswer()
  const after = (title: string) => ({
    onSuccess: () => answer.done(title),
    onError: answer.failed,
  })
  const setRole = useMutation(
    api.serviceAccounts.setRole.mutationOptions(after('The role is changed.')),
  )
  const remove = useMutation(
    api.serviceAccounts.remove.mutationOptions(after(`“${account.name}” and its keys are gone.`)),
  )
  const { id, name, role, keys, lastUsedAt } = account
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t px-4 py-2.5 text-sm first:border-t-0">
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        <p className="text-faint">
          {keys === 1 ? '1 key' : `${keys} keys`}
          {account.secretSince ? ', a client secret' : ''}
          {lastUsedAt ? (
            <>
              , used <Time at={lastUsedAt} />
            </>
          ) : null}
        </p>
      </div>
      {rights.mayWrite ? (
        <>
          <div className="w-32">
            <RoleSelect
              label={`Role of ${name}`}
              hideLabel
              value={setRole.isPending ? setRole.variables.role : role}
              disabled={setRole.isPending}
              mayOwn={rights.mayOwn}
              onChange={(next) => setRole.mutate({ team, id, role: next })}
            />
          </div>
          <CreateKey team={team} serviceAccount={{ id, name }} />
          <ClientSecret team={team} account={account} />
          <ConfirmButton
            label="Remove"
            ariaLabel={`Remove ${name}`}
            title={`Remove “${name}”?`}
            description="Its keys and its client secret end with it: whoever uses one is refused within a second."
            busy={remove.isPending}
            onConfirm={() => remove.mutate({ team, id })}
          />
        </>
      ) : (
        <span>{roleWords[role].label}</span>
      )}
    </li>
  )
}
