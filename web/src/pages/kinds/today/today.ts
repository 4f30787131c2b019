// What a page of duties says.
import type { Name } from '@/api/types'

export interface TodayKind {
  value: string
  name: Name
  ask?: string[]
  set?: { column: string; value: string }[]
}
export interface TodayMembers {
  register: string; list?: string; group?: string; who?: string; unit?: string; every: string; working?: string; at?: string
  kind_column?: string; kinds?: TodayKind[]
  done: string; done_of: string; done_on: string; done_by?: string; ask?: string[]
  roster?: string; roster_day?: string; roster_role?: string; roster_who?: string
}
