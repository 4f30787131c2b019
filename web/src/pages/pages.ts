// Pages of systems: definitions from the server, drawn by kind. A kind is a folder of kinds/ with a
// component of its name; its texts, if it has any, stand in the locale file of its name.
import type { Component } from 'vue'
import { get } from '@/api/client'
import type { PageDefinition, PageInfo } from '@/api/types'
import { hasMessages, loadMessages } from '@/shared/i18n'

export type { PageDefinition, PageInfo }

const kinds = import.meta.glob<{ default: Component }>('./kinds/*/*.vue')

const capital = (kind: string): string => kind.slice(0, 1).toUpperCase() + kind.slice(1)

export const pages = {
  list: (signal?: AbortSignal) => get<{ items: PageInfo[] }>('/api/pages', undefined, signal),
  get: (page: string, signal?: AbortSignal) => get<PageDefinition>(`/api/pages/${page}`, undefined, signal),
}

/** The component that draws a kind, its texts loaded; null for a kind that this face does not know. */
export async function drawerOf(kind: string): Promise<Component | null> {
  const file = kinds[`./kinds/${kind}/${capital(kind)}.vue`]
  if (!file) return null
  const [drawer] = await Promise.all([file(), hasMessages(kind) ? loadMessages([kind]) : null])
  return drawer.default
}

export interface SystemPages {
  system: string
  name: PageInfo['systemName']
  pages: PageInfo[]
}

/** By system, in the order of the pack, those of a house. */
export function bySystem(items: PageInfo[], house: string): SystemPages[] {
  const found: SystemPages[] = []
  for (const page of items) {
    if (page.house !== house) continue
    let system = found.find((one) => one.system === page.system)
    if (!system) found.push((system = { system: page.system, name: page.systemName, pages: [] }))
    system.pages.push(page)
  }
  for (const system of found) system.pages.sort((a, b) => a.order - b.order)
  return found
}

const routeOf: Record<string, string> = { desk: 'desk-page', hall: 'hall-page', cockpit: 'cockpit-page' }

export const linkTo = (page: Pick<PageInfo, 'page' | 'house'>) => ({ name: routeOf[page.house] ?? 'desk-page', params: { page: page.page } })
