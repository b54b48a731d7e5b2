'use client'
import { Menu } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import { menuItemClass } from '../parts/menu.tsx'
import { parseTheme, themes } from './theme.ts'
import { setTheme, themeIcons, themeWords, useTheme } from './theme-switch.tsx'

/** The choice of a theme as part of a menu. */
export function ThemeItems() {
  const theme = useTheme()
  return (
    <Menu.RadioGroup
      aria-label="Theme"
      value={theme}
      onValueChange={(next) => setTheme(parseTheme(String(next)))}
    >
      {themes.map((name) => {
        const Icon = themeIcons[name]
        return (
          <Menu.RadioItem key={name} value={name} className={menuItemClass}>
            <Icon />
            {themeWords[name]}
            <Menu.RadioItemIndicator className="ml-auto">
              <Check />
            </Menu.RadioItemIndicator>
          </Menu.RadioItem>
        )
      })}
    </Menu.RadioGroup>
  )
}
