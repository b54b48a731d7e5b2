import { authorizationServerMetadata } from '@moorage/access/oauth-metadata'
import { webDeps } from '../../../server/deps.ts'

export const dynamic = 'force-dynamic'

export async function GET(): Promise<Response> {
  const { auth } = await webDeps()
  return authorizationServerMetadata(auth)
}
