// Bulletins and their issues.
import { call, get, post } from '@/api/client'
import type * as S from '@/api/openapi'
import type { Name } from '@/api/types'

export interface Block {
  kind: string
  level?: number
  text?: string
  number?: number
  children?: Block[]
}

export interface NumberGroup {
  key: string
  label: Name
  value: number | null
  count: number
  text: string
}

/** What stands in a hole of the text. */
export interface BulletinNumber {
  figure: string
  kind: 'figure' | 'chart'
  title: Name
  unit: Name
  note: Name | null
  drawing: string
  target: number | null
  query: Record<string, string>
  value: number | null
  count: number
  text: string
  groups: NumberGroup[]
  open: string
  of: string | null
  past: boolean
  records?: { count: number; digest: string | null; ids: string[] }
}

export type Content = Omit<S.SchemaBulletinContent, 'numbers' | 'text'> & {
  numbers: BulletinNumber[]
  text: { zh: Block[]; en: Block[] | null }
}
export type BulletinRef = S.SchemaBulletinRef
export type IssueRef = S.SchemaBulletinIssueRef
export type Issue = Omit<S.SchemaBulletinIssue, 'content'> & { content: Content }
export type Check = S.SchemaBulletinCheck

export const bulletins = {
  list: (signal?: AbortSignal) => get<{ items: BulletinRef[] }>('/api/bulletins', undefined, signal),
  live: (name: string, month?: string, signal?: AbortSignal) => get<Content>(`/api/bulletins/${name}`, { month: month || undefined }, signal),
  publish: (name: string, reason: string, month?: string) => post<Issue>(`/api/bulletins/${name}/issues`, { reason, month: month || undefined }),
  issues: (query: { bulletin?: string; after?: string | null }, signal?: AbortSignal) => get<{ items: IssueRef[]; next: string | null }>('/api/issues', query, signal),
  issue: (name: string, signal?: AbortSignal) => get<Issue>(`/api/issues/${name}`, undefined, signal),
  check: (name: string) => get<Check>(`/api/issues/${name}/check`),
  receipt: (name: string) => call<string>('GET', `/api/issues/${name}/receipt`, { text: true }),
}
