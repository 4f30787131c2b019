// A board's definition, and how far a day is from today in words and shape.
import type { Colour, Name } from '@/api/types'
import { today } from '@/shared/format'
import { t, tn } from '@/shared/i18n'

export interface BoardAction {
  name: Name
  from: string[]
  roles?: string[]
  set?: { column: string; value: string }[]
  ask?: string[]
  grave?: boolean
  /** a record of another register that is written in the same press */
  log?: { register: string; of: string; set?: { column: string; value: string }[]; ask: string[] }
}
export interface BoardMembers {
  register: string
  state: string
  by?: string
  due?: string
  columns: string[]
  ended?: string[]
  actions?: BoardAction[]
}

const DAY = 86_400_000
const NEAR = 3

/** Calendar days from today to a day; negative once it has passed. */
export const daysTo = (day: string): number => Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today()}T00:00:00Z`)) / DAY)

export function dueMark(day: string): { colour: Colour; word: string } {
  const left = daysTo(day)
  if (left < 0) return { colour: 'broken', word: tn('board.over', -left) }
  if (left === 0) return { colour: 'red', word: t('board.dueToday') }
  return { colour: left <= NEAR ? 'amber' : 'green', word: tn('board.left', left) }
}

/** "$today", "$me", "$unit" and "" of a definition as the value to send. */
export function valueOf(said: string, me: { id: string; unit: string | null }): unknown {
  if (said === '$today') return today()
  if (said === '$me') return me.id
  if (said === '$unit') return me.unit
  return said === '' ? null : said
}
