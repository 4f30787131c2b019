// Results of decisions in words: units, topics and outputs by their names instead of their codes.
import { shallowRef } from 'vue'
import { api } from '@/api'
import type { Kind, PackDecision, Unit } from '@/api/types'
import { language, name, t } from '@/shared/i18n'

const units = shallowRef<Unit[]>([])

export async function loadUnitNames(): Promise<void> {
  if (!units.value.length) units.value = (await api.units()).items
}

export function valueText(value: unknown, member = '', kind?: Kind | null): string {
  if (value === null || value === undefined || value === '') return t('rules.try.nothing')
  if (typeof value === 'boolean') return t(value ? 'rules.try.yes' : 'rules.try.no')
  if (Array.isArray(value)) return value.map((one) => valueText(one, member, kind)).join(t('rules.comma'))
  if (typeof value === 'object') return Object.entries(value).map(([key, one]) => `${key} ${valueText(one, key, kind)}`).join(t('rules.comma'))
  const code = String(value)
  if (member === 'unit') return name(units.value.find((one) => one.code === code)?.name) || code
  if (member === 'topic') return name(kind?.topics.find((one) => one.code === code)?.name) || code
  const word = `rules.word.${code}`
  return ['urgency', 'difficulty', 'channel'].includes(member) && t(word) !== word ? t(word) : code
}

/** A label of a definition in the reader's language: "中文 | English", or one text for both. */
export function said(label: string): string {
  const [zh, en] = label.split('|').map((part) => part.trim())
  return (language.value === 'en' && en) || zh || ''
}

export function labelOf(member: string, decision?: PackDecision | null): string {
  const label = [...(decision?.outputs ?? []), ...(decision?.inputs ?? [])].find((one) => one.name === member)?.label ?? ''
  const key = `rules.member.${member}`
  const known = t(key) === key ? '' : t(key)
  // A label in one language is Chinese; where we have a word in the reader's, it is better.
  return (language.value === 'zh-CN' || label.includes('|') ? said(label) || known : known || label) || member
}

/** [label, value] of each output; a result that is no context is one line. */
export function resultLines(result: unknown, decision?: PackDecision | null, kind?: Kind | null): [string, string][] {
  if (result === null || result === undefined) return [[t('rules.try.result'), t('rules.try.none')]]
  if (typeof result !== 'object' || Array.isArray(result)) {
    const member = decision?.outputs[0]?.name ?? ''
    return [[labelOf(member, decision) || t('rules.try.result'), valueText(result, member, kind)]]
  }
  const order = (key: string): number => (decision?.outputs ?? []).findIndex((one) => one.name === key)
  const entries = Object.entries(result).sort(([a], [b]) => order(a) - order(b))
  return entries.map(([key, value]) => [labelOf(key, decision), valueText(value, key, kind)])
}

/** Only what differs between the two, in words. */
export function movedText(before: unknown, after: unknown, decision?: PackDecision | null, kind?: Kind | null): { label: string; from: string; to: string }[] {
  const a = new Map(resultLines(before, decision, kind))
  const b = new Map(resultLines(after, decision, kind))
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((label) => a.get(label) !== b.get(label))
    .map((label) => ({ label, from: a.get(label) ?? t('rules.try.none'), to: b.get(label) ?? t('rules.try.none') }))
}
