import { callConstantly } from '../../e2e/clients/load.ts'
import { startPlatform } from '../../e2e/platform.ts'
import { createRepository } from '../../e2e/repository.ts'
import { quantile } from './statistics.ts'

const clients = 8
const deployments = 6

/**
 * Clients of both protocol eras that never stop calling, while good and broken versions are pushed.
 * The goal is no failed request.
 */
export async function bench() {
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '14700'],
  })
  const repo = await createRepository('python-fastmcp')
  try {
    const slug = 'bench-load'
    await repo.commit('First')
    const first = await repo.push(platform.ready, slug)
    if (!first.stderr.includes('is live')) throw new Error(first.stderr)
    const endpoint = {
      url: `${platform.ready.routerUrl}/${slug}/mcp`,
      key: platform.ready.adminApiKey,
    }
    const load = callConstantly(endpoint, clients)
    const outcomes: string[] = []
    for (let n = 1; n <= deployments; n++) {
      const broken = n % 3 === 0
      if (broken) repo.edit('server.py', (text) => `import no_such_module\n${text}`)
      else
        repo.edit('server.py', (text) => `${text.replace('import no_such_module\n', '')}\n# ${n}\n`)
      await repo.commit(`Version ${n}`)
      const pushed = await repo.push(platform.ready, slug)
      outcomes.push(pushed.stderr.includes('is live') ? 'live' : 'failed')
    }
    const { calls, failures, latenciesMs } = await load.stop()
    return {
      goal: { failedRequests: 0 },
      clients,
      deployments: outcomes,
      calls,
      failedRequests: failures.length,
      failures: failures.slice(0, 5),
      latencyMs: { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) },
    }
  } finally {
    repo.remove()
    await platform.stop()
  }
}
