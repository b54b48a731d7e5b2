import {
  Box,
  FileJson,
  GitBranch,
  type LucideIcon,
  Radio,
  SquareTerminal,
  Upload,
} from 'lucide-react'

export type SourceKind = 'git' | 'command' | 'image' | 'openapi' | 'remote' | 'push'

/** Where a server can come from, the most usual first. */
export const sources: readonly {
  kind: SourceKind
  icon: LucideIcon
  label: string
  text: string
}[] = [
  { kind: 'git', icon: GitBranch, label: 'Git repository', text: 'https or ssh URL' },
  {
    kind: 'command',
    icon: SquareTerminal,
    label: 'Package or command',
    text: 'npx, uvx, mcpServers',
  },
  { kind: 'image', icon: Box, label: 'Docker image', text: 'by reference' },
  { kind: 'openapi', icon: FileJson, label: 'OpenAPI document', text: 'an HTTP API as tools' },
  { kind: 'remote', icon: Radio, label: 'Remote server', text: 'it runs elsewhere' },
  { kind: 'push', icon: Upload, label: 'From my machine', text: 'git push, or the CLI' },
]
