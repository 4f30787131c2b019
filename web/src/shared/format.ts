// Dates, times, numbers and money as the zone writes them. Instants are always shown in the zone's
// own time, wherever the reader sits.
import type { Instant, LocalDate, Remaining, TimeUnit } from '@/api/types'
import { language, t, tn } from './i18n'
import { now, zone } from './zone'

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

const readers = new Map<string, Intl.DateTimeFormat>()

function reader(timezone: string): Intl.DateTimeFormat {
  let made = readers.get(timezone)
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    })
    readers.set(timezone, made)
  }
  return made
}

function parts(at: Instant | Date): Parts {
  const date = typeof at === 'string' ? new Date(at) : at
  const found: Record<string, number> = {}
  for (const part of reader(zone.value?.timezone ?? 'Asia/Shanghai').formatToParts(date)) {
    found[part.type] = Number(part.value)
  }
  return found as unknown as Parts
}

const englishMonths = 'January February March April May June July August September October November December'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')

function writeDate(year: number, month: number, day: number, withYear: boolean): string {
  if (language.value === 'en') return `${day} ${englishMonths[month - 1]}${withYear ? ` ${year}` : ''}`
  return `${withYear ? `${year}年` : ''}${month}月${day}日`
}

/** Today in the zone, 2026-11-23. */
export function today(): LocalDate {
  const p = parts(now())
  return `${p.year}-${two(p.month)}-${two(p.day)}`
}

/** 2026年11月23日; without the year when it is this year and `short` is set. */
export function formatDate(on: LocalDate | null | undefined, short = false): string {
  if (!on) return ''
  const [year = 0, month = 1, day = 1] = on.slice(0, 10).split('-').map(Number)
  return writeDate(year, month, day, !(short && on.slice(0, 4) === today().slice(0, 4)))
}

/** The zone's date of an instant. */
export function formatDay(at: Instant | null | undefined, short = false): string {
  if (!at) return ''
  const p = parts(at)
  return formatDate(`${p.year}-${two(p.month)}-${two(p.day)}`, short)
}

export function formatTime(at: Instant | null | undefined): string {
  if (!at) return ''
  const p = parts(at)
  return `${two(p.hour)}:${two(p.minute)}`
}

/** 2026年11月23日 14:05 */
export function formatMoment(at: Instant | null | undefined, short = false): string {
  return at ? `${formatDay(at, short)} ${formatTime(at)}` : ''
}

/** 星期一 … from 1 (Monday) to 7 */
export function formatWeekday(weekday: number): string {
  return t(`shared.weekday.${weekday}`)
}

export function formatNumber(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined) return t('shared.none')
  const places = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(language.value, places).format(value)
}

/** A count for a text: `n` as it is written, `count` picks the form (one | many). */
export const counted = (count: number | null): { n: string; count: number } => ({ n: formatNumber(count), count: count ?? 0 })

/** 12.1亿元, 3,500万元, ¥12,100.00; in English always ¥ with separators. */
export function formatMoney(yuan: number): string {
  if (language.value !== 'en') {
    const size = Math.abs(yuan)
    if (size >= 1e8) return `${formatNumber(Math.round(yuan / 1e6) / 100)}亿元`
    if (size >= 1e6) return `${formatNumber(Math.round(yuan / 100) / 100)}万元`
  }
  return `¥${formatNumber(yuan, 2)}`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${formatNumber(Math.round(bytes / 1024))} kB`
  return `${formatNumber(Math.round(bytes / 104857.6) / 10)} MB`
}

/** Office minutes as words: 1小时30分 */
export function formatMinutes(minutes: number): string {
  const size = Math.abs(minutes)
  const hours = Math.floor(size / 60)
  const rest = size % 60
  if (!hours) return tn('shared.time.minutes', rest)
  if (!rest) return tn('shared.time.hours', hours)
  return t('shared.time.hoursMinutes', { hours, minutes: rest })
}

/** 还剩3个工作日 / 今天到期 / 已超2个工作日, in the unit in which the promise counts. */
export function formatRemaining(left: Remaining, unit: TimeUnit = 'working_days', dueOn?: LocalDate | null): string {
  if (unit === 'working_hours') {
    const key = left.minutes < 0 ? 'shared.promise.overTime' : 'shared.promise.leftTime'
    return t(key, { time: formatMinutes(left.minutes) })
  }
  const kind = unit === 'calendar_days' ? 'Calendar' : 'Working'
  if (left.minutes < 0 && left.days === 0) return t('shared.promise.overToday')
  if (left.days < 0) return tn(`shared.promise.over${kind}`, -left.days)
  if (left.days === 0 || dueOn === today()) return t('shared.promise.dueToday')
  return tn(`shared.promise.left${kind}`, left.days)
}

/** 3个工作日 / 8个工作小时 / 5天 */
export function formatAmount(amount: number, unit: TimeUnit): string {
  return tn(`shared.amount.${unit}`, amount)
}
