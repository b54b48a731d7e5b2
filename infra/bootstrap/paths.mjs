import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
/** Node and pnpm brought for this repository, whatever the data directory is. */
export const toolchainDir = join(root, '.moorage', 'toolchain')
