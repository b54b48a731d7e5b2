import { GET } from '../oauth-authorization-server/route.ts'

export const dynamic = 'force-dynamic'

export { GET }
