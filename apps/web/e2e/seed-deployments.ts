import type { Prisma } from '@moorage/db/client'
import { type DeploymentStepName, deploymentSteps } from '@moorage/domain/deployment'
import { newId } from '@moorage/domain/id'
import { sha } from './sha.ts'

type NewDeployment = Prisma.DeploymentUncheckedCreateInput & { id: string }

export function liveDeployment(
  serverId: string,
  at: Date,
  options: { message: string; status: 'live' | 'retired' },
): NewDeployment {
  const durations = [1240, 38, 18_600, 900, 420, 35, 2050]
  let clock = at.getTime()
  const steps = deploymentSteps.map((name, index) => {
    const ms = durations[index] ?? 10
    const row = step(name, new Date(clock), ms)
    clock += ms
    return row
  })
  return {
    id: newId('dep'),
    serverId,
    status: options.status,
    trigger: 'push',
    ref: 'main',
    commitSha: sha(),
    commitMessage: options.message,
    imageId: `sha256:${sha()}`,
    imageSizeBytes: 148_300_000n,
    createdAt: new Date(at.getTime() - 400),
    startedAt: at,
    finishedAt: new Date(clock),
    plan,
    handshake,
    steps: { create: steps },
  }
}

export function failedDeployment(serverId: string, at: Date): NewDeployment {
  return {
    id: newId('dep'),
    serverId,
    status: 'failed',
    trigger: 'manual',
    ref: 'main',
    commitSha: sha(),
    commitMessage: 'Read tables with camelot',
    createdAt: at,
    startedAt: at,
    finishedAt: new Date(at.getTime() + 9_400),
    plan,
    failure: {
      step: 'build',
      code: 'build_failed',
      message: 'Installing the dependencies ended with exit code 1.',
      hint: 'requirements.txt names "camelot-pyy", which PyPI does not have. Correct the name and push again.',
      exitCode: 1,
      lastLines: [
        'Collecting fastmcp==2.12.4 (from -r requirements.txt (line 1))',
        '  Downloading fastmcp-2.12.4-py3-none-any.whl (312 kB)',
        'Collecting pypdf>=5 (from -r requirements.txt (line 2))',
        '  Using cached pypdf-5.1.0-py3-none-any.whl (297 kB)',
        'ERROR: Could not find a version that satisfies the requirement camelot-pyy (from versions: none)',
        '[notice] A new release of pip is available: 25.0 -> 25.3',
        'exit code: 1',
      ],
    },
    steps: {
      create: [
        step('fetch', at, 1340),
        step('plan', new Date(at.getTime() + 1340), 41),
        { ...step('build', new Date(at.getTime() + 1400), 8_000), status: 'failed' },
      ],
    },
  }
}

export function step(name: DeploymentStepName, startedAt: Date, durationMs: number | null) {
  return {
    name,
    status: durationMs === null ? ('running' as const) : ('done' as const),
    startedAt,
    endedAt: durationMs === null ? null : new Date(startedAt.getTime() + durationMs),
  }
}

const plan = {
  version: 1,
  kind: 'python',
  flavor: 'Python FastMCP',
  rootDir: '.',
  dockerfile: null,
  base: { language: 'python', version: '3.12' },
  packages: [],
  install: {
    copy: ['requirements.txt'],
    run: [['uv', 'pip', 'install', '-r', 'requirements.txt']],
    caches: ['.cache/uv'],
  },
  build: { copy: ['.'], run: [], caches: [] },
  start: { command: ['fastmcp', 'run', 'server.py:mcp', '--port', `\${PORT}`], env: {} },
  port: 8000,
  path: '/mcp',
  transport: 'streamable-http',
  reasons: [
    {
      choice: 'language',
      value: 'Python 3.12',
      because: 'requirements.txt is in the root directory',
    },
    { choice: 'server', value: 'server.py:mcp', because: 'it makes a FastMCP object named mcp' },
    {
      choice: 'transport',
      value: 'Streamable HTTP on /mcp',
      because: 'FastMCP speaks it by default',
    },
  ],
}

const handshake = {
  protocolVersion: '2025-11-25',
  eras: ['legacy', 'modern'],
  transport: 'streamable-http',
  serverInfo: { name: 'weather', version: '1.4.0', title: 'Weather' },
  instructions: 'Ask for a station first; forecasts reach seven days ahead.',
  tools: [
    {
      name: 'get_forecast',
      title: null,
      description: 'The forecast for a place, hour by hour, for up to seven days.',
      inputSchema: {
        type: 'object',
        required: ['place'],
        properties: {
          place: { type: 'string', description: 'A town, or latitude and longitude.' },
          days: { type: 'integer', minimum: 1, maximum: 7, default: 3 },
          units: { type: 'string', enum: ['metric', 'imperial'], default: 'metric' },
        },
      },
    },
    {
      name: 'nearest_station',
      title: 'Nearest station',
      description: 'The weather station closest to a point.',
      inputSchema: {
        type: 'object',
        required: ['latitude', 'longitude'],
        properties: { latitude: { type: 'number' }, longitude: { type: 'number' } },
      },
    },
    { name: 'ping', title: null, description: null, inputSchema: { type: 'object' } },
  ],
  resources: [{ uri: 'weather://stations', name: 'Stations', description: 'All known stations' }],
  prompts: [{ name: 'packing_list', description: 'What to pack for a trip' }],
}
