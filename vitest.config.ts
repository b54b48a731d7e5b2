import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const skipped = [
  '**/node_modules/**',
  '**/fixtures/**',
  '**/.moorage/**',
  '**/.next/**',
  'e2e/{servers,flavors}/**',
  'infra/examples/**',
]

/** Real services on a busy machine: what passes only at the second try is named at the end, not hidden. */
const retry = process.env.CI ? 1 : 0

/** Minutes each: they begin first, so that none of them runs alone at the end. */
const longest = /\/(pipeline|compose|volumes|conformance)\.integration\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages,infra,e2e}/**/*.test.{ts,tsx}'],
          exclude: [...skipped, '**/*.{integration,e2e}.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{apps,packages,infra}/**/*.integration.test.ts'],
          exclude: skipped,
          globalSetup: 'infra/test/services-setup.ts',
          retry,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // They wait more than they compute: left to itself Vitest takes one worker on two cores.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts', 'apps/web/e2e/**/*.e2e.test.ts'],
          exclude: skipped,
          globalSetup: 'infra/test/services-setup.ts',
          retry,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each of them starts a whole platform: one at a time.
          fileParallelism: false,
        },
      },
    ],
  },
})
