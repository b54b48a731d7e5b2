/** Dynamic registrations as clients in the field send them, and a redirect that they then use. */
type Client = {
  registration: { redirect_uris: string[] } & Record<string, unknown>
  later?: string
}

const code = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const none = { ...code, token_endpoint_auth_method: 'none' }

export const realClients: Record<string, Client> = {
  'claude.ai': {
    registration: {
      ...{ client_name: 'Claude', ...none, scope: 'mcp:connect offline_access' },
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
  },
  'claude.com': {
    registration: {
      ...{ client_name: 'Claude', ...code, token_endpoint_auth_method: 'client_secret_post' },
      redirect_uris: ['https://claude.com/api/mcp/auth_callback'],
    },
  },
  'Claude Code': {
    registration: {
      ...{ client_name: 'Claude Code (whoami)', ...none },
      redirect_uris: ['http://localhost:54212/callback'],
    },
    later: 'http://localhost:61001/callback',
  },
  ChatGPT: {
    registration: {
      ...{ client_name: 'ChatGPT', ...code, token_endpoint_auth_method: 'client_secret_basic' },
      redirect_uris: [
        'https://chatgpt.com/connector/oauth/Xa1b2C3d4',
        'https://chatgpt.com/connector_platform_oauth_redirect',
      ],
    },
  },
  Cursor: {
    registration: {
      ...{ client_name: 'Cursor', ...none },
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
  },
  'Cursor, before it had others': {
    registration: { redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] },
  },
  'VS Code': {
    registration: {
      ...{ client_name: 'Visual Studio Code', client_uri: 'https://code.visualstudio.com' },
      ...{ ...none, application_type: 'native' },
      grant_types: [...code.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
    },
    later: 'http://127.0.0.1:49221/',
  },
  OpenCode: {
    registration: {
      ...{ client_name: 'OpenCode', client_uri: 'https://opencode.ai', ...none },
      redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback'],
    },
  },
  'mcp-remote': {
    registration: {
      ...{ client_name: 'MCP CLI Proxy', ...none },
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.1.38',
      redirect_uris: ['http://localhost:3334/oauth/callback'],
    },
    later: 'http://localhost:9119/oauth/callback',
  },
  'MCP Inspector': {
    registration: {
      ...{ client_name: 'MCP Inspector', ...none, scope: '' },
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback'],
    },
  },
}

/** Client ID metadata documents as they are published, and what those clients then redirect to. */
export const realDocuments: Record<string, Client & { at: string }> = {
  'Claude Code': {
    at: 'https://claude.ai/oauth/claude-code-client-metadata',
    registration: {
      ...{ client_name: 'Claude Code', client_uri: 'https://claude.ai', ...none },
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    },
    later: 'http://localhost:58135/callback',
  },
  'VS Code': {
    at: 'https://vscode.dev/oauth/client-metadata.json',
    registration: {
      ...{ client_name: 'Visual Studio Code', client_uri: 'https://vscode.dev/product', ...none },
      logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
      grant_types: [...code.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    },
    later: 'http://127.0.0.1:49221/',
  },
  ChatGPT: {
    at: 'https://chatgpt.com/oauth/client.json',
    registration: {
      ...{ client_name: 'ChatGPT', client_uri: 'https://chatgpt.com/', ...code },
      logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    },
  },
}
