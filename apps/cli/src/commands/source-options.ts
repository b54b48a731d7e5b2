import type { Command } from 'commander'

/** What takes the place of a repository; read by described-source.ts. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--command <line>', 'a package by name: "npx -y @scope/server@1.2", "uvx server"')
    .option('--mcp-json <file>', 'the mcpServers JSON of an MCP client; - reads it from stdin')
    .option('--image <reference>', 'a container image that exists already')
    .option('--openapi <document>', 'an OpenAPI 3 document, file or https URL, as tools')
    .option('--base-url <url>', 'with --openapi: where the API answers')
    .option('--remote <url>', 'an MCP server that runs elsewhere')
    .option(
      '--header <line>',
      `with --remote and --openapi, repeatable; \${NAME} stands for a variable`,
      collect,
    )
}

/** An option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}
