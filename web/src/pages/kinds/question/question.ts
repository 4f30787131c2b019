// What a page of this kind says, and what its numbers come to.
import { formatValue, moveMonth } from '@/cockpit/period'
import { figuresApi, loadInfos, type Asked, type FigureInfo, type FigureValue } from '@/figures/api'
import type { Opened } from '@/figures/opened'
import { today } from '@/shared/format'
import { name } from '@/shared/i18n'
import type { Name } from '@/api/types'

export interface Part {
  figure: string
  by?: string
  months?: number
  last?: boolean
  as?: string
}
export interface Sentence {
  when?: string
  text: Name
}
export interface Members {
  headline: Part
  figures?: Part[]
  danger?: { name: Name; figure?: string; register?: string; list?: string }
  sentences: Sentence[]
  pages?: string[]
}
export interface Counted {
  part: Part
  info: FigureInfo
  value: FigureValue
  query: Asked
}

export function spanQuery(part: Part): Asked {
  if (!part.months) return {}
  const to = today().slice(0, 7)
  return { from: moveMonth(to, 1 - part.months), to }
}

export async function count(part: Part, signal?: AbortSignal): Promise<Counted | null> {
  const infos = await loadInfos()
  const info = infos.get(part.figure)
  if (!info) return null
  const query = spanQuery(part)
  return { part, info, query, value: await figuresApi.value(part.figure, { ...query, by: part.by }, signal) }
}

/** The group that stands worst: the lowest where more is good, else the highest. */
export function worst(one: Counted): { label: string; value: number } | null {
  const groups = one.value.groups.filter((group) => group.value !== null && group.key)
  if (!groups.length) return null
  const sign = one.info.good === 'up' ? 1 : -1
  const found = [...groups].sort((a, b) => sign * (a.value! - b.value!))[0]!
  return { label: name(found.label), value: found.value! }
}

function holds(when: string | undefined, one: Counted): boolean {
  const { value, target, previous } = one.value
  const up = one.info.good !== 'down'
  if (!when || when === 'always') return true
  if (when === 'none') return value === null || value === 0
  if (value === null) return false
  if (when === 'met' || when === 'missed') return target !== null && (up ? value >= target : value <= target) === (when === 'met')
  const before = previous?.value ?? null
  return before !== null && (up ? value > before : value < before) === (when === 'better')
}

/** The first sentence whose condition holds, with the numbers in it. */
export function say(sentences: Sentence[], one: Counted): string {
  const found = sentences.find((sentence) => holds(sentence.when, one))
  const bad = worst(one)
  const words: Record<string, string> = {
    value: formatValue(one.value.value),
    target: formatValue(one.value.target),
    before: formatValue(one.value.previous?.value ?? null),
    worst: bad?.label ?? '–',
    worstValue: formatValue(bad?.value ?? null),
  }
  return name(found?.text).replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
}

export function openedOf(one: Counted, key?: string): Opened {
  const group = key === undefined ? undefined : one.value.groups.find((each) => each.key === key)
  return {
    figure: one.info.name,
    title: one.info.title,
    unit: one.info.unit,
    note: one.info.note,
    text: formatValue(group ? group.value : one.value.value),
    label: group ? name(group.label) : undefined,
    query: group ? { ...one.query, by: one.part.by, key: group.key } : one.query,
    open: one.info.records,
    of: one.info.of,
  }
}
