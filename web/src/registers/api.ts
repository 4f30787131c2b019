// Files of records, and cases that records give rise to.
import { call, get, post } from '@/api/client'
import type * as S from '@/api/openapi'
import type { ImportResult } from '@/api/types'

export type RecordFile = S.SchemaRecordFile
export type RecordCases = S.SchemaRecordCases
export type RaiseAction = S.SchemaRaiseAction
export type CaseOrigin = S.SchemaCaseOrigin
export type Raised = S.SchemaRaised

const at = (register: string, id: string): string => `/api/registers/${register}/records/${id}`

export const recordFiles = (register: string, id: string, signal?: AbortSignal): Promise<{ items: RecordFile[] }> =>
  get(`${at(register, id)}/files`, undefined, signal)
export const describeFile = (id: string, facts: S.SchemaFileDescription): Promise<void> =>
  call('PUT', `/api/files/${id}`, { body: facts })
export const recordCases = (register: string, id: string, signal?: AbortSignal): Promise<RecordCases> =>
  get(`${at(register, id)}/cases`, undefined, signal)
export const raiseCase = (register: string, id: string, action: string, data: unknown, key: string): Promise<Raised> =>
  post(`${at(register, id)}/cases`, { action, data }, { idempotencyKey: key })
export const caseOrigin = (id: string, signal?: AbortSignal): Promise<CaseOrigin> => get(`/api/cases/${id}/origin`, undefined, signal)

export type ImportPreview = S.SchemaImportPreview
const kindOf = (file: File): string =>
  /\.xlsx$/i.test(file.name) ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : 'text/csv'
export const previewTable = (register: string, file: File): Promise<ImportPreview> =>
  post(`/api/registers/${register}/import/preview`, file, { contentType: kindOf(file), timeout: 120_000 })
export type ImportRun = S.SchemaImportRun
export const importTable = (register: string, file: File, columns: string[], dryRun: boolean, run: string): Promise<ImportResult> =>
  call('POST', `/api/registers/${register}/import`, { body: file, contentType: kindOf(file), query: { dryRun, run, columns: columns.join(',') }, timeout: 3_600_000 })
const runAt = (register: string, run: string): string => `/api/registers/${register}/imports/${run}`
export const importRun = (register: string, run: string): Promise<ImportRun> => get(runAt(register, run))
export const stopImport = (register: string, run: string): Promise<void> => call('DELETE', runAt(register, run), { text: true })
export const importFaultsUrl = (register: string, run: string): string => `${runAt(register, run)}/faults`
