import type { DeploymentView } from '@moorage/deployments/views'
import { Card } from '../parts/card.tsx'

/** Which variables it runs with, by version; their values are nobody's to read here. */
export function EnvFacts({ env, keepsEnv }: Pick<DeploymentView, 'env' | 'keepsEnv'>) {
  if (!env) return null
  return (
    <Card title="Variables">
      <div className="grid gap-2 text-sm">
        {keepsEnv ? (
          <p className="text-muted">Those that the earlier deployment ran with.</p>
        ) : null}
        {env.length === 0 ? <p className="text-muted">None.</p> : null}
        <ul className="grid gap-1 empty:hidden">
          {env.map(({ key, branch, version }) => (
            <li key={key} className="flex min-w-0 items-baseline gap-2">
              <code className="min-w-0 truncate font-mono" title={key}>
                {key}
              </code>
              <span className="ml-auto text-xs whitespace-nowrap text-faint">
                {branch ? `${branch} ` : ''}v{version}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  )
}
