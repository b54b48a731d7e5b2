import { createHash } from 'node:crypto'
import { requireOperator } from '@moorage/access/operator'
import { startMakingApp } from '@moorage/deployments/github/make-app'
import { readEnv } from '../../../../env.ts'
import { backFromGithub } from '../../../../github/back-from-github.ts'

export const dynamic = 'force-dynamic'

const script = 'document.forms[0].submit()'

/** A page that does nothing but post the manifest of the App to GitHub, for an operator. */
export async function GET(request: Request): Promise<Response> {
  return backFromGithub(request, async (deps, person, query) => {
    await requireOperator(deps, person)
    const dashboardUrl = readEnv().MOORAGE_DASHBOARD_URL.replace(/\/+$/, '')
    const organization = query.get('organization')?.trim().slice(0, 100) || undefined
    const form = await startMakingApp(deps, { userId: person.id, dashboardUrl, organization })
    return new Response(pageOf(form), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': [
          "default-src 'none'",
          `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
          `form-action ${deps.github.url}`,
          "base-uri 'none'",
          "frame-ancestors 'none'",
        ].join('; '),
      },
    })
  })
}

function pageOf({ action, manifest }: { action: string; manifest: string }): string {
  return `<!doctype html><meta charset="utf-8"><title>On to GitHub</title>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="manifest" value="${escaped(manifest)}">
<button>On to GitHub</button>
</form>
<script>${script}</script>`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign)
