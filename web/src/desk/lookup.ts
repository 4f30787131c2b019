// Finding offices, enterprises and other cases for the fields that pick one.
import { api } from '@/api'
import type { Case, CaseSummary, Enterprise, Unit } from '@/api/types'
import { formatDay } from '@/shared/format'
import { name, t } from '@/shared/i18n'
import { account } from '@/shared/session'
import type { Choice } from './PickList.vue'
import type { Target } from './panel'

let units: Promise<Unit[]> | null = null

export function loadUnits(): Promise<Unit[]> {
  units ??= api.units().then((found) => found.items)
  units.catch(() => (units = null))
  return units
}

/** Offices that handle requests, by name or code; one's own comes last. */
export const findUnits = (words: string): Promise<Choice<Unit>[]> => unitsOf(words, ['handler', 'centre'])
/** Whom one may ask or copy to: leaders and inspectors too. */
export const findAnyUnits = (words: string): Promise<Choice<Unit>[]> => unitsOf(words, ['handler', 'centre', 'leader', 'supervision'])

async function unitsOf(words: string, kinds: string[]): Promise<Choice<Unit>[]> {
  const wanted = words.toLowerCase()
  const all = (await loadUnits()).filter((unit) => kinds.includes(unit.kind ?? ''))
  const mine = (unit: Unit): number => (unit.code === account.value?.unit ? 1 : 0)
  return all
    .filter((unit) => [unit.name.zh, unit.name.en, unit.code].some((text) => text.toLowerCase().includes(wanted)))
    .sort((a, b) => mine(a) - mine(b))
    .map((unit) => ({ key: unit.code, title: name(unit.name), note: unit.phone, value: unit }))
}

export async function findEnterprises(words: string, signal: AbortSignal): Promise<Choice<Enterprise>[]> {
  if ([...words].length < 2) return []
  const found = await api.enterprises(words, signal)
  return found.items.map((one) => ({ key: one.id, title: one.name, note: one.creditCode, value: one }))
}

const asTarget = (one: CaseSummary): Choice<Target> => ({
  key: one.id,
  title: `${one.number} ${one.title}`,
  note: [one.enterprise?.name, formatDay(one.createdAt, true), t(`shared.status.${one.status}`)].filter(Boolean).join(' · '),
  value: { number: one.number },
})

/** Cases into which this one may be merged: the similar ones first, or those that match the words. */
export async function findTargets(item: Case, words: string, signal: AbortSignal): Promise<Choice<Target>[]> {
  const found = words
    ? (await api.cases({ q: words, kind: item.kind, status: 'all', limit: 12 }, signal)).items
    : (await api.similar(item.id)).items
  return found
    .filter((one) => one.id !== item.id && one.status !== 'merged' && one.status !== 'withdrawn')
    .map(asTarget)
}
