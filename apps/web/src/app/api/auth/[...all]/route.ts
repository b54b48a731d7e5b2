import { webDeps } from '../../../../server/deps.ts'

export const dynamic = 'force-dynamic'

export { handle as GET, handle as POST }

async function handle(request: Request): Promise<Response> {
  const { auth } = await webDeps()
  return auth.handler(request)
}
