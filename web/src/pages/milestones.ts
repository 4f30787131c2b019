// Milestones of records: days as numbers, so that they can be placed and compared.
import { api } from '@/api'
import type { Rec } from '@/api/types'

export interface Milestone {
  name: { zh: string; en: string }
  plan?: string
  done: string
}

const dayMs = 86_400_000

export const valueOf = (record: Pick<Rec, 'data'>, column: string | undefined): unknown =>
  column ? (record.data as Record<string, unknown>)[column] : undefined

/** Days since 1970; null for nothing. */
export function dayOf(record: Pick<Rec, 'data'>, column: string | undefined): number | null {
  const value = valueOf(record, column)
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Math.floor(Date.parse(`${value.slice(0, 10)}T00:00:00Z`) / dayMs) : null
}

export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** All records of a list, page by page, up to a bound that a page can show. */
export async function allRecords(register: string, query: Record<string, string | number | undefined>, signal: AbortSignal, most = 2000): Promise<Rec[]> {
  const found: Rec[] = []
  let after: string | undefined
  do {
    const page = await api.records(register, { ...query, limit: 500, after }, signal)
    found.push(...page.items)
    after = page.next ?? undefined
  } while (after && found.length < most)
  return found
}
