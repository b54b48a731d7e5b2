import { AppError } from '@moorage/domain/error'
import { compiledPlan } from '../compiled-plan.ts'
import { findGoMain } from '../go-main.ts'
import type { Provider } from '../provider.ts'
import { scanSources } from '../scan-sources.ts'
import { scanTransport } from '../scan-transport.ts'

const library =
  /^\s*(?:require\s+)?github\.com\/(?:modelcontextprotocol\/go-sdk|mark3labs\/mcp-go|metoro-io\/mcp-golang|ThinkInAIXYZ\/go-mcp)\b/m
const transports = {
  http: /\bNewStreamableHTTP(?:Handler|Server)\b|\bNewHTTPTransport\b/,
  sse: /\bNewSSE(?:Handler|Server)\b/,
  stdio: /\bServeStdio\b|\bStdioTransport\b|\bNewStdio(?:Server|Transport|ServerTransport)\b/,
  readsPort: /(?:Getenv|LookupEnv)\("PORT"\)/,
}

/** GOPATH as the base image has it is outside of the caches that are kept between builds. */
const goTool = ['env', '-u', 'GOPATH', 'go']
const caches = ['go/pkg/mod', '.cache/go-build']
const program = '.moorage/server'

/** A Go module with an MCP library and no Dockerfile: one static program. */
export const go: Provider = {
  name: 'Go',
  detect(tree, context) {
    const manifest = tree.read('go.mod')
    if (manifest === null || !library.test(manifest)) return null
    refuseOutside(manifest)
    const { settings } = context
    const vendored = tree.files.includes('vendor/modules.txt')
    const main = settings.build === undefined ? findGoMain(tree) : null
    const files = ['go.mod', 'go.sum'].filter((file) => tree.files.includes(file))
    return compiledPlan(context, {
      kind: 'go',
      flavor: 'Go',
      language: 'golang',
      version: '1',
      install: vendored
        ? { copy: [], run: [], caches: [] }
        : { copy: files, run: [[...goTool, 'mod', 'download']], caches },
      build: main === null ? null : buildCommand(main.package),
      caches,
      program,
      endpoint: scanTransport(scanSources(tree, ['.go']), transports),
      reasons: [
        {
          choice: 'Dependencies',
          value: vendored ? 'vendor' : 'go.mod',
          because: vendored
            ? 'they are in the repository'
            : 'it is there and no vendor directory is',
        },
        ...(main === null
          ? []
          : [{ choice: 'Program', value: main.package, because: main.because }]),
      ],
    })
  },
}

function buildCommand(main: string): string[] {
  // There is no git where it is built, and no C compiler in the image that runs it.
  const flags = ['-buildvcs=false', '-trimpath', '-ldflags=-s -w']
  return ['env', '-u', 'GOPATH', 'CGO_ENABLED=0', 'go', 'build', ...flags, '-o', program, main]
}

function refuseOutside(manifest: string): void {
  if (!/=>\s*\.\.\//.test(manifest)) return
  throw new AppError('plan_failed', 'go.mod replaces a module by a directory above it.', {
    hint: 'Vendor it (go mod vendor), publish it, or bring a Dockerfile at the root that builds both.',
  })
}
