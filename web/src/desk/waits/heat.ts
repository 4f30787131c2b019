// Numbers of the steps as heat: four levels by their share of the greatest, and words for each.
import type { WaitStep } from '@/api/types'
import { counted, formatNumber } from '@/shared/format'
import { t } from '@/shared/i18n'
import { formatWorkedShort } from '@/shared/way'
import { today } from '@/shared/format'

export const measures = ['now', 'median', 'p90'] as const
export type Measure = (typeof measures)[number]
export const spans = ['month', 'quarter', 'year', 'twelve'] as const
export type Span = (typeof spans)[number]

function moved(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const all = year * 12 + number - 1 + by
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, '0')}`
}

export function months(span: Span): { from: string; to: string } {
  const to = today().slice(0, 7)
  const back = { month: 0, quarter: -2, year: 1 - Number(to.slice(5)), twelve: -11 }[span]
  return { from: moved(to, back), to }
}

export const valueOf = (step: WaitStep, by: Measure): number => (by === 'now' ? step.now : (step[by] ?? 0))

/** 0 nothing, 1 … 4: quarters of the greatest. */
export function level(step: WaitStep, by: Measure, most: number): number {
  const value = valueOf(step, by)
  return value && most ? Math.max(1, Math.ceil((value / most) * 4)) : 0
}

export function words(step: WaitStep, by: Measure): string {
  if (by === 'now') return formatNumber(step.now)
  return step[by] === null ? '' : formatWorkedShort(step[by] as number)
}

/** A time on the wall's clock: days from one day on, hours, minutes. */
export function spanWords(ms: number): string {
  const unit = ms >= 86_400_000 ? 'days' : ms >= 3_600_000 ? 'hours' : 'minutes'
  const size = { days: 86_400_000, hours: 3_600_000, minutes: 60_000 }[unit]
  return t(`desk.waits.wall.${unit}`, { ...counted(Math.round((ms / size) * 10) / 10) })
}
