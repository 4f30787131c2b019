// The server's resources of funds; pages of this folder call these and never spell a path.
import { call, get, post, type CallOptions } from '@/api/client'
import type * as S from '@/api/openapi'

type Query = NonNullable<CallOptions['query']>
interface Page<T> {
  items: T[]
  next: string | null
}

export type Fund = S.SchemaFund
export type FundList = S.SchemaFundList
export type FundWhole = S.SchemaFundWhole
export type Month = S.SchemaFundMonth
export type Entry = S.SchemaFundEntry
export type Commitment = S.SchemaFundCommitment
export type Batch = S.SchemaFundBatch
export type BatchWhole = S.SchemaFundBatchWhole
export type Line = S.SchemaFundLine
export type Closing = S.SchemaFundClosing
export type Check = S.SchemaFundCheck

const batch = (id: string, verb = ''): string => `/api/fund-batches/${id}${verb && `/${verb}`}`
/** the same key for a repeated press: nothing is entered twice */
const once = (): CallOptions => ({ idempotencyKey: crypto.randomUUID().slice(0, 36) })

export const funds = {
  list: (signal?: AbortSignal) => get<FundList>('/api/funds', undefined, signal),
  one: (code: string, signal?: AbortSignal) => get<FundWhole>(`/api/funds/${code}`, undefined, signal),
  entries: (code: string, query: Query, signal?: AbortSignal) => get<Page<Entry>>(`/api/funds/${code}/entries`, query, signal),
  commitments: (code: string, query: Query, signal?: AbortSignal) =>
    get<Page<Commitment>>(`/api/funds/${code}/commitments`, query, signal),
  budget: (code: string, body: S.SchemaFundBudgetInput) => post<S.SchemaFundMade>(`/api/funds/${code}/budget`, body, once()),
  commit: (code: string, body: S.SchemaFundCommitInput) => post<S.SchemaFundMade>(`/api/funds/${code}/commitments`, body, once()),
  giveBack: (code: string, body: S.SchemaFundReturnInput) => post<S.SchemaFundMade>(`/api/funds/${code}/returns`, body, once()),
  release: (id: string, body: S.SchemaFundAmountInput) => post<S.SchemaFundMade>(`/api/fund-commitments/${id}/release`, body, once()),
  recover: (id: string, body: S.SchemaFundAmountInput) => post<S.SchemaFundMade>(`/api/fund-commitments/${id}/recover`, body, once()),
  reverse: (id: string, body: S.SchemaFundWhyInput) => post<S.SchemaFundMade>(`/api/fund-entries/${id}/reverse`, body, once()),

  batches: (query: Query, signal?: AbortSignal) => get<Page<Batch>>('/api/fund-batches', query, signal),
  batch: (id: string, signal?: AbortSignal) => get<BatchWhole>(batch(id), undefined, signal),
  createBatch: (body: S.SchemaFundBatchInput) => post<BatchWhole>('/api/fund-batches', body),
  removeLine: (id: string, line: string) => call<BatchWhole>('DELETE', `${batch(id)}/lines/${line}`),
  act: (id: string, verb: string, body?: unknown) => call<BatchWhole>('POST', batch(id, verb), body === undefined ? {} : { body }),
  file: (id: string) => call<string>('POST', batch(id, 'file'), { text: true }),
  answer: (id: string, name: string, file: Blob) =>
    call<S.SchemaFundAnswer>('POST', batch(id, 'answer'), { body: file, contentType: 'text/csv', query: { name } }),

  closings: (signal?: AbortSignal) => get<Page<Closing>>('/api/fund-closings', undefined, signal),
  close: (day?: string) => post<Closing>('/api/fund-closings', day ? { day } : {}),
  check: (signal?: AbortSignal) => get<Check>('/api/fund-check', undefined, signal),
}
