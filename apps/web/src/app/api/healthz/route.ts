import { webDeps } from '../../../server/deps.ts'

export const dynamic = 'force-dynamic'

/** 200 when Postgres answers. */
export async function GET(): Promise<Response> {
  try {
    const { db } = await webDeps()
    await db.$queryRaw`SELECT 1`
    return Response.json({ ok: true })
  } catch (error) {
    console.error('healthz:', error)
    return Response.json({ ok: false }, { status: 503 })
  }
}
