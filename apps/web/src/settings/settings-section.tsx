import type { ReactNode } from 'react'

const settingsSections = {
  source: 'Source and build',
  access: 'Access',
  routing: 'Routing',
  environment: 'Environment',
  storage: 'Storage',
  danger: 'Delete',
} as const

export type SettingsSectionId = keyof typeof settingsSections

/** In the order of the page. */
export const settingsSectionIds: readonly SettingsSectionId[] = [
  'source',
  'access',
  'routing',
  'environment',
  'storage',
  'danger',
]

/** Cards that belong together; the links beside the page lead to it. */
export function SettingsSection({ id, children }: { id: SettingsSectionId; children: ReactNode }) {
  return (
    <section
      id={id}
      aria-label={settingsSections[id]}
      className="grid scroll-mt-4 grid-cols-[minmax(0,1fr)] gap-5"
    >
      {children}
    </section>
  )
}

/** Beside the page where there is room, else above it. */
export function SettingsNav({ ids }: { ids: readonly SettingsSectionId[] }) {
  return (
    <nav aria-label="Sections of this page" className="-mx-2.5 min-w-0 lg:order-last lg:mx-0">
      <ul className="flex gap-1 overflow-x-auto text-sm lg:sticky lg:top-4 lg:grid">
        {ids.map((id) => (
          <li key={id}>
            <a
              href={`#${id}`}
              className="block whitespace-nowrap rounded-md px-2.5 py-1.5 text-muted hover:bg-hover hover:text-text"
            >
              {settingsSections[id]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
