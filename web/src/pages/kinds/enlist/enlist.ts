// What a page of the kind `enlist` says, and how the server is asked.
import { get, post } from '@/api/client'
import type * as S from '@/api/openapi'

export interface EnlistMembers {
  register: string
  who?: string
  ask?: string[]
  source: string
  list?: string
  show?: string[]
  lists: string
  open?: string
}
export type EnlistResult = S.SchemaEnlistResult

/** As the server has it (src/zone/enlist.h). */
export const ENLIST_MAX = 2000

export const enlisted = (page: string, within: string, signal?: AbortSignal): Promise<{ items: string[] }> =>
  get(`/api/pages/${page}/enlist`, { within }, signal)
export const enlist = (page: string, body: S.SchemaEnlistInput, dryRun: boolean): Promise<EnlistResult> =>
  post(`/api/pages/${page}/enlist`, body, { query: { dryRun }, timeout: 120_000 })
