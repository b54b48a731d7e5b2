import { readNodePackage } from '../node-package.ts'
import { findLibrary, nodePlan } from '../node-plan.ts'
import type { Provider } from '../provider.ts'

const libraries = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server']

/** The official TypeScript SDK, v1 and v2, in TypeScript or JavaScript; or any Node project with a start command. */
export const typescriptSdk: Provider = {
  name: 'TypeScript SDK',
  detect(tree, context) {
    const manifest = readNodePackage(tree)
    if (manifest === null) return null
    const library = findLibrary(manifest, libraries)
    if (library === null && context.settings.start === undefined) return null
    return nodePlan(tree, context, manifest, {
      flavor: library === null ? 'Node' : 'TypeScript SDK',
    })
  },
}
