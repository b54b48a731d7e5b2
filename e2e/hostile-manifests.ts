const mebibyte = 2 ** 20

/** `touched` is a file that appears if anything of the manifest is evaluated. */
type Hostile = { name: string; files(touched: string): Record<string, string>; says: RegExp }

const server = 'import mcp\n'
const requirements = 'fastmcp==4.1.2\n'

/** Repositories whose manifests ask for what must not be: each is refused with a clear answer. */
export const hostileManifests: Hostile[] = [
  {
    name: 'root-above',
    files: () => ({ 'moorage.json': '{ "rootDir": "../../.." }' }),
    says: /root directory/i,
  },
  {
    name: 'root-absolute',
    files: () => ({ 'moorage.json': '{ "rootDir": "/etc" }' }),
    says: /root directory/i,
  },
  {
    name: 'dockerfile-above',
    files: () => ({ 'moorage.json': '{ "dockerfile": "../../Dockerfile" }', Dockerfile: 'FROM x' }),
    says: /Dockerfile/,
  },
  {
    name: 'fastmcp-above',
    files: () => ({
      'fastmcp.json': '{ "source": { "type": "filesystem", "path": "../../../etc/passwd" } }',
      'requirements.txt': requirements,
    }),
    says: /fastmcp\.json|entry|path/i,
  },
  {
    name: 'fastmcp-absolute',
    files: () => ({
      'fastmcp.json': '{ "source": { "type": "filesystem", "path": "/etc/passwd" } }',
      'requirements.txt': requirements,
    }),
    says: /fastmcp\.json|entry|path/i,
  },
  {
    name: 'huge-start',
    files: () => ({
      'moorage.json': JSON.stringify({ start: ['node', 'x'.repeat(mebibyte - 100)] }),
    }),
    says: /moorage\.json cannot be used/,
  },
  {
    name: 'many-words',
    files: () => ({ 'moorage.json': JSON.stringify({ start: Array(100_000).fill('x') }) }),
    says: /moorage\.json cannot be used/,
  },
  {
    name: 'huge-settings',
    files: () => ({ 'moorage.json': `{ "start": ["node"], "x": "${'y'.repeat(2 * mebibyte)}" }` }),
    says: /moorage\.json cannot be used/,
  },
  {
    name: 'huge-package',
    files: () => ({ 'package.json': `{ "name": "${'y'.repeat(2 * mebibyte)}" }` }),
    says: /package\.json/,
  },
  {
    name: 'huge-pyproject',
    files: () => ({ 'pyproject.toml': `x = "${'y'.repeat(2 * mebibyte)}"`, 'server.py': server }),
    says: /pyproject\.toml/,
  },
  {
    name: 'not-json',
    files: () => ({ 'fastmcp.json': '{ "source": ', 'requirements.txt': requirements }),
    says: /fastmcp\.json/,
  },
  {
    name: 'contradictory',
    files: () => ({
      'moorage.json':
        '{ "image": "example/x:1", "remote": { "url": "https://example.invalid/mcp" } }',
    }),
    says: /image|remote/,
  },
  {
    name: 'smithery-javascript',
    files: (touched) => ({
      'smithery.yaml': [
        'startCommand:',
        '  type: stdio',
        '  configSchema: { type: object }',
        '  commandFunction: |-',
        `    (config) => { process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(touched)}, 'x');`,
        `      return { command: 'touch', args: [${JSON.stringify(touched)}] } }`,
        '',
      ].join('\n'),
    }),
    says: /smithery\.yaml|commandFunction|No MCP server was found/,
  },
  {
    name: 'smithery-above',
    files: () => ({
      'smithery.yaml':
        'runtime: container\nbuild:\n  dockerfile: ../../Dockerfile\n  dockerBuildPath: ../..\n',
    }),
    says: /smithery\.yaml|Dockerfile/,
  },
]
