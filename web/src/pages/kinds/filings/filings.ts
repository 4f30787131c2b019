// Filings of a month: what a page of this kind says, months in words, and how a filing stands in shape and word.
import { call, get, post } from '@/api/client'
import type * as S from '@/api/openapi'
import type { Colour, Rec } from '@/api/types'
import { formatDate } from '@/shared/format'
import { language, t, tn } from '@/shared/i18n'
import { daysTo } from '../board/board'

export interface FilingsMembers {
  filers: { register: string; by?: string[] }
  filed: {
    register: string; of: string; month: string; on?: string; state?: string; sent?: string; sent_back?: string; passed?: string
    reason?: string; doubt?: string; explanation?: string; by?: string; ask: string[]
  }
  remind?: { register: string; told?: string }
}
export type Filing = S.SchemaFiling
export type Filings = S.SchemaFilings

export const filings = {
  read: (page: string, month: string | undefined, signal?: AbortSignal) => get<Filings>(`/api/pages/${page}/filings`, { month }, signal),
  remind: (page: string, month: string, filers?: string[]) => post<S.SchemaFilingReminded>(`/api/pages/${page}/filings/remind`, { month, filers }),
  sendBack: (page: string, record: string, reason: string) => post<Rec>(`/api/pages/${page}/filings/send-back`, { record, reason }),
  /** What the server says of a filing as it is typed; nothing is kept. */
  attempt: (register: string, id: string | null, data: unknown, signal?: AbortSignal) =>
    id
      ? call<Rec>('PATCH', `/api/registers/${register}/records/${id}`, { body: { data }, query: { dryRun: true }, signal })
      : call<Rec>('POST', `/api/registers/${register}/records`, { body: { data }, query: { dryRun: true }, signal }),
}

/** A month so many months before. */
export function monthBack(month: string, by: number): string {
  const [year = 0, at = 1] = month.split('-').map(Number)
  const whole = year * 12 + at - 1 - by
  return `${Math.floor(whole / 12)}-${String((whole % 12) + 1).padStart(2, '0')}`
}

/** 2026年10月, October 2026. */
export function monthName(month: string): string {
  const day = formatDate(`${month}-01`)
  return language.value === 'en' ? day.replace(/^1 /, '') : day.replace(/1日$/, '')
}

export const owed = (one: Filing): boolean => ['waiting', 'overdue', 'sent_back'].includes(one.state)

export function markOf(one: Filing, due: string): { colour: Colour; word: string } {
  const left = daysTo(due)
  if (one.state === 'sent_back') return { colour: 'red', word: t('filings.state.sent_back') }
  if (one.state === 'overdue') return { colour: 'broken', word: tn('filings.over', -left) }
  if (one.state === 'waiting') return { colour: left === 0 ? 'red' : left <= 3 ? 'amber' : 'green', word: left === 0 ? t('filings.dueToday') : tn('filings.left', left) }
  const word = t(`filings.state.${one.state}`)
  return one.late ? { colour: 'met_late', word: `${word}${t('filings.lateAlso')}` } : { colour: 'met', word }
}
