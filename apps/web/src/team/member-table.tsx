'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { RoleSelect } from './role-select.tsx'
import { roleWords } from './role-words.ts'

export type Member = ApiOutputs['members']['list'][number]

/** What is offered to whoever looks; the API refuses what is not. */
export type TeamRights = { me: string; mayChange: boolean; mayOwn: boolean }

export function MemberTable({
  team,
  members,
  rights,
}: {
  team: string
  members: Member[]
  rights: TeamRights
}) {
  return (
    <table className="w-full table-fixed text-sm">
      <thead className="text-left text-xs text-faint">
        <tr className="h-9 border-b [&_th]:px-4 [&_th]:font-normal">
          <th>Member</th>
          <th className="w-40 max-sm:w-34">Role</th>
          <th className="w-32 max-md:hidden">Joined</th>
          <th className="w-28 max-sm:w-22">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <MemberRow key={member.userId} team={team} member={member} rights={rights} />
        ))}
      </tbody>
    </table>
  )
}

function MemberRow({ team, member, rights }: { team: string; member: Member; rights: TeamRights }) {
  const api = useTRPC()
  const answer = useAnswer()
  const after = (title: string) => ({
    onSuccess: () => answer.done(title),
    onError: answer.failed,
  })
  const setRole = useMutation(api.members.setRole.mutationOptions(after('The role is changed.')))
  const remove = useMutation(
    api.members.remove.mutationOptions(after(`${member.name} is no member any more.`)),
  )
  const { userId, role } = member
  const isMe = userId === rights.me
  const mayTouch = rights.mayChange && !isMe && (rights.mayOwn || role !== 'owner')
  return (
    <tr className="border-t first:border-t-0 [&_td]:px-4 [&_td]:py-2.5">
      <td>
        <p className="truncate font-medium" title={member.name}>
          {member.name}
          {isMe ? <span className="font-normal text-faint"> · you</span> : null}
        </p>
        <p className="truncate text-faint" title={member.email}>
          {member.email}
        </p>
      </td>
      <td>
        {mayTouch ? (
          <RoleSelect
            label={`Role of ${member.name}`}
            hideLabel
            value={setRole.isPending ? setRole.variables.role : role}
            disabled={setRole.isPending}
            mayOwn={rights.mayOwn}
            onChange={(next) => setRole.mutate({ team, userId, role: next })}
          />
        ) : (
          <span title={roleWords[role].text}>{roleWords[role].label}</span>
        )}
      </td>
      <td className="text-muted max-md:hidden">
        <Time at={member.createdAt} />
      </td>
      <td className="text-right">
        {mayTouch ? (
          <ConfirmButton
            label="Remove"
            ariaLabel={`Remove ${member.name}`}
            title={`Remove ${member.name}?`}
            description="They are refused within a second, everywhere, and the keys that they made here end."
            busy={remove.isPending}
            onConfirm={() => remove.mutate({ team, userId })}
          />
        ) : null}
      </td>
    </tr>
  )
}
