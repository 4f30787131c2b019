// Months as "2026-11", and the spans that a leader asks for.
import { formatNumber } from '@/shared/format'
import { language, t } from '@/shared/i18n'

export const spans = ['month', 'quarter', 'year', 'twelve'] as const
export type Span = (typeof spans)[number]

export function moveMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const all = year * 12 + number - 1 + by
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, '0')}`
}

export function monthsBetween(from: string, to: string): string[] {
  const out: string[] = []
  for (let month = from; month <= to && out.length < 120; month = moveMonth(month, 1)) out.push(month)
  return out
}

/** quarter: the last three months with the present one; year: since January; twelve: the last twelve. */
export function spanOf(span: Span, now: string): { from: string; to: string } {
  if (span === 'month') return { from: now, to: now }
  if (span === 'quarter') return { from: moveMonth(now, -2), to: now }
  return { from: span === 'year' ? `${now.slice(0, 4)}-01` : moveMonth(now, -11), to: now }
}

export function formatMonth(month: string, short = false): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  if (language.value === 'en') {
    const word = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' }).format(Date.UTC(2000, number - 1, 1))
    return short ? word : `${word} ${year}`
  }
  return short ? `${number}月` : `${year}年${number}月`
}

export function formatSpan(from: string, to: string): string {
  return from === to ? formatMonth(from) : t('cockpit.span', { from: formatMonth(from), to: formatMonth(to) })
}

/** A value as it is read: at most one decimal, with its unit apart. */
export function formatValue(value: number | null): string {
  if (value === null) return t('shared.none')
  return formatNumber(value, Number.isInteger(value) ? 0 : 1)
}
