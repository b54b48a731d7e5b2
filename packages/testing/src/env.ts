/** Of the test Redis; each caller gets one of its own. */
export const redisDatabases = 10_000

/** What the test set-up tells the tests. */
export function testEnv() {
  return {
    get databaseUrl() {
      return required('TEST_DATABASE_URL')
    },
    templateDatabase: optional('TEST_DATABASE_TEMPLATE'),
    dockerIsUp: process.env.TEST_DOCKER === '1',
    caBundlePath: optional('TEST_CA_FILE'),
    baseImages: {
      python: optional('TEST_BASE_IMAGE_PYTHON'),
      node: optional('TEST_BASE_IMAGE_NODE'),
      golang: optional('TEST_BASE_IMAGE_GOLANG'),
      rust: optional('TEST_BASE_IMAGE_RUST'),
      debian: optional('TEST_BASE_IMAGE_DEBIAN'),
    },
    get redisUrl() {
      return required('TEST_REDIS_URL')
    },
    get chromiumPath() {
      return required('TEST_CHROMIUM')
    },
  }
}

function optional(name: string): string | null {
  return process.env[name] || null
}

function required(name: string): string {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: run tests through the projects in vitest.config.ts`)
  return value
}
