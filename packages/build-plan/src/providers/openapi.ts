import { AppError } from '@moorage/domain/error'
import { apiOfDocument } from '../openapi-document.ts'
import { launchOpenapi, openapiLibrary, openapiVariable } from '../openapi-launcher.ts'
import type { BuildPlan, Reason } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { pythonInstall } from '../python-install.ts'
import { noPythonManifest } from '../python-manifest.ts'
import { pythonPlan } from '../python-plan.ts'
import { repositoryPath } from '../repository-path.ts'
import type { OpenapiSettings } from '../settings.ts'
import type { SourceTree } from '../source-tree.ts'

/** Where the fetch step puts a document that is named by its address. */
const fetchedDocument = 'openapi-document'

const documentNames = ['openapi', 'swagger'].flatMap((name) =>
  ['json', 'yaml', 'yml'].map((ending) => `${name}.${ending}`),
)
const maxYamlLength = 256 * 1024
/** As one line of a Dockerfile, with every quote escaped, it has to stay below 64 KiB. */
const maxSettingsLength = 32 * 1024

/** The operations of an HTTP API as tools, with no code: the settings name its document. */
export const openapi: Provider = {
  name: 'OpenAPI',
  detect(tree, context) {
    const { openapi: settings } = context.settings
    return settings === undefined ? null : planOpenapi(tree, context, settings)
  },
}

/** A repository that holds an OpenAPI document and no code. */
export const openapiAlone: Provider = {
  name: 'OpenAPI document',
  detect(tree, context) {
    const document = documentNames.find((name) => tree.files.includes(name))
    const code = /\.(?:py|[cm]?[jt]sx?|go|rs|java|kt|cs|rb|php|swift|c|cc|cpp)$/
    if (document === undefined || tree.files.some((file) => code.test(file))) return null
    return planOpenapi(tree, context, { document })
  },
}

function planOpenapi(tree: SourceTree, context: Context, settings: OpenapiSettings): BuildPlan {
  const { document, ...rest } = settings
  const file = documentFile(tree, document)
  const text = readable(tree.read(file))
  // What is too long to be read here is read at start, and the launcher says the same things then.
  const found = text === null ? null : apiOfDocument(text, file)
  if (text !== null && found === null && rest.baseUrl === undefined) throw noServer(file)
  const config = JSON.stringify(rest)
  if (config.length > maxSettingsLength) throw tooMuch()
  const path = context.settings.path ?? '/mcp'
  return pythonPlan(tree, context, {
    flavor: 'OpenAPI',
    stages: {
      ...pythonInstall(noPythonManifest, { requirements: [openapiLibrary] }),
      pythonPath: '',
    },
    command: launchOpenapi(file, path),
    requires: { range: '>=3.11', source: 'FastMCP, which serves the document,' },
    env: { [openapiVariable]: config },
    reasons: reasonsFor(document, rest, found),
  })
}

/** Null for what the tree has no text of, and for YAML that takes its parser over half a second. */
function readable(text: string | null): string | null {
  return text !== null && text.length > maxYamlLength && !/^\s*\{/.test(text) ? null : text
}

function documentFile(tree: SourceTree, document: string): string {
  if (/^https:\/\//.test(document)) return fetchedDocument
  if (/^[a-z]+:\/\//i.test(document)) throw refused('openapi.document is no https address')
  const file = repositoryPath(document, 'openapi.document')
  if (tree.files.includes(file)) return file
  throw refused(`openapi.document names ${file}, which is not there`)
}

function reasonsFor(
  document: string,
  { baseUrl, include, exclude }: Omit<OpenapiSettings, 'document'>,
  found: string | null,
): Reason[] {
  const named =
    baseUrl === undefined ? 'it is the document’s first server' : 'openapi.baseUrl says so'
  const chosen = [...(include ?? ['*']), ...(exclude ?? []).map((name) => `not ${name}`)]
  return [
    { choice: 'Document', value: document.slice(0, 500), because: 'its operations become tools' },
    { choice: 'API', value: baseUrl ?? found ?? 'named in the document', because: named },
    {
      choice: 'Operations',
      value: chosen.join(', ').slice(0, 500),
      because: include || exclude ? 'openapi.include and openapi.exclude say so' : 'all of them',
    },
  ]
}

function noServer(file: string): AppError {
  return new AppError(
    'plan_failed',
    `${file} names no absolute server, so nothing says where the API answers.`,
    {
      hint: 'Set openapi.baseUrl in the settings or moorage.json, such as https://api.example.com/v1.',
    },
  )
}

function tooMuch(): AppError {
  return new AppError('plan_failed', 'The openapi settings are over 32 KiB.', {
    hint: 'Choose operations by tag or by * instead of naming each.',
  })
}

function refused(why: string): AppError {
  return new AppError('plan_failed', `The OpenAPI document cannot be used: ${why}.`, {
    hint: 'Name a file below the root directory, or an https address.',
  })
}
