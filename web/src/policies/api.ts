// Policies, what one is entitled to, and the lists by which benefits are paid.
import { get, post } from '@/api/client'
import type * as S from '@/api/openapi'
import type { Id, LocalDate, Name } from '@/api/types'

export interface Missing {
  input: string
  name: Name
  ask: boolean
  money: boolean
  unit: Name | null
}
export interface Fact {
  input: string
  name: Name
  value: unknown
  shown?: Name
  codes?: Record<string, Name>
  money?: boolean
  law?: Name
}
/** Reasons that were kept before labels had two languages are texts. */
export interface Condition {
  name: Name | string
  test: string
  value: unknown
  verdict: 'holds' | 'fails' | 'open'
  gap?: string
}
export interface Why {
  rule?: number
  label?: Name | string
  amount?: string
  conditions: Condition[]
}
interface Explained {
  missing: Missing[]
  facts: Fact[]
  why: Why
}
export type Entitlement = Omit<S.SchemaEntitlement, keyof Explained> & Explained
export type Award = S.SchemaAward
export interface Entitlements {
  day: LocalDate
  items: Entitlement[]
  awards: Award[]
}
export type Policy = S.SchemaPolicy
export type ClauseBrief = S.SchemaClauseBrief
export type Clause = S.SchemaClause
export type MatchRow = Omit<S.SchemaMatchRow, keyof Explained> & Explained
export type Match = Omit<S.SchemaMatch, 'items'> & { items: MatchRow[] }
export type BenefitList = S.SchemaBenefitList
export type BenefitListWhole = S.SchemaBenefitListWhole
export type BenefitLine = Omit<S.SchemaBenefitLine, 'facts' | 'why' | 'files' | 'supplied'> & {
  facts?: Fact[]
  why?: Why
  files: { id: Id; name: string; type: string }[] | null
  supplied: Record<string, unknown> | null
}
export type PublicNotice = S.SchemaPublicNotice
export type PublicNoticeWhole = S.SchemaPublicNoticeWhole
export type Price = S.SchemaPrice
interface Page<T> {
  items: T[]
  next: string | null
}

export const benefits = {
  library: (text: string, signal?: AbortSignal) => get<Page<Policy>>('/api/policies', { text }, signal),
  clause: (code: string, signal?: AbortSignal) => get<Clause>(`/api/policies/clauses/${code}`, {}, signal),
  match: (code: string, query: Record<string, string | number>, signal?: AbortSignal) =>
    get<Match>(`/api/policies/clauses/${code}/match`, query, signal),
  price: (body: S.SchemaPriceInput) => post<Price>('/api/policies/price', body),
  mine: (signal?: AbortSignal) => get<Entitlements>('/api/benefits/mine', {}, signal),
  claim: (body: S.SchemaClaimInput) => post<S.SchemaClaimMade>('/api/benefits/claims', body),
  lists: (query: Record<string, string>, signal?: AbortSignal) => get<Page<BenefitList>>('/api/benefits/lists', query, signal),
  draw: (clause: string) => post<BenefitListWhole>('/api/benefits/lists', { clause }),
  list: (id: Id, signal?: AbortSignal) => get<BenefitListWhole>(`/api/benefits/lists/${id}`, {}, signal),
  lines: (id: Id, query: { after?: string | null; line?: Id }, signal?: AbortSignal) =>
    get<Page<BenefitLine>>(`/api/benefits/lists/${id}/lines`, { limit: 100, after: query.after ?? '', line: query.line ?? '' }, signal),
  act: (id: Id, verb: string, reason = '') =>
    post<BenefitListWhole>(`/api/benefits/lists/${id}/acts/${verb}`, reason ? { reason } : {}),
  review: (id: Id, line: Id, keep: boolean, reason = '') =>
    post<BenefitListWhole>(`/api/benefits/lists/${id}/lines/${line}`, { keep, reason }),
  answer: (id: Id, objection: Id, uphold: boolean, reply: string) =>
    post<BenefitListWhole>(`/api/benefits/lists/${id}/objections/${objection}`, { uphold, reply }),
  recover: (line: Id, document: string, reason: string) =>
    post<BenefitListWhole>(`/api/benefits/lines/${line}/recover`, { document, reason }),
  notices: (signal?: AbortSignal) => get<Page<PublicNotice>>('/api/benefits/notices', {}, signal),
  notice: (id: Id, signal?: AbortSignal) => get<PublicNoticeWhole>(`/api/benefits/notices/${id}`, {}, signal),
  object: (id: Id, body: S.SchemaObjectionInput) => post<S.SchemaObjectionMade>(`/api/benefits/notices/${id}/objections`, body),
}
