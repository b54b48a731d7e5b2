import type { Deps } from './deps.ts'

/** A router that has not said anything for this long is gone, and what it carried with it. */
export const routerGoneMs = 6_000

/**
 * May these instances go? Only when every live router has seen the present routes and has nothing
 * in flight there.
 */
export async function isDrained(
  deps: Pick<Deps, 'db'>,
  input: { version: bigint; instanceIds: string[] },
): Promise<boolean> {
  const routers = await deps.db.routerNode.findMany({
    where: { seenAt: { gt: new Date(Date.now() - routerGoneMs) } },
  })
  return routers.every(
    (router) =>
      router.ackedVersion >= input.version &&
      !router.busy.some((instanceId) => input.instanceIds.includes(instanceId)),
  )
}
