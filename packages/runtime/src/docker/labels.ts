import { z } from 'zod'
import type { Labels } from '../driver.ts'

const names = {
  platform: 'dev.moorage.platform',
  server: 'dev.moorage.server',
  deployment: 'dev.moorage.deployment',
  instance: 'dev.moorage.instance',
} as const satisfies Record<keyof Labels, string>

export function toLabels(labels: Partial<Labels>): Record<string, string> {
  const entries: [string, string][] = []
  for (const key of ['platform', 'server', 'deployment', 'instance'] as const) {
    const value = labels[key]
    if (value !== undefined) entries.push([names[key], value])
  }
  return Object.fromEntries(entries)
}

/** In the form of the engine's `label` filter. */
export function labelFilter(labels: Partial<Labels>): string[] {
  return Object.entries(toLabels(labels)).map(([name, value]) => `${name}=${value}`)
}

const labelsSchema = z.object({
  [names.platform]: z.string(),
  [names.server]: z.string(),
  [names.deployment]: z.string(),
  [names.instance]: z.string(),
})

export function fromLabels(labels: Record<string, string>): Labels | null {
  const parsed = labelsSchema.safeParse(labels)
  if (!parsed.success) return null
  const found = parsed.data
  return {
    platform: found[names.platform],
    server: found[names.server],
    deployment: found[names.deployment],
    instance: found[names.instance],
  }
}

export function deploymentLabel(labels: Record<string, string>): string | null {
  return labels[names.deployment] ?? null
}
