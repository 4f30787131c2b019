// The server's resources by name; pages call these and never spell a path.
import { call, get, post, type CallOptions } from './client'
import type * as T from './types'

export type Query = NonNullable<CallOptions['query']>

export const api = {
  zone: (timeout?: number) => call<T.Zone>('GET', '/api/zone', { timeout }),
  kind: (kind: string) => get<T.Kind>(`/api/kinds/${kind}`),
  units: () => get<{ items: T.Unit[] }>('/api/units'),
  calendar: (year: number) => get<T.CalendarYear>(`/api/calendar/${year}`),
  knowledge: (query: Query, signal?: AbortSignal) => get<{ items: T.Knowledge[] }>('/api/knowledge', query, signal),

  session: (timeout?: number) => call<T.Session>('GET', '/api/session', { timeout }),
  signIn: (login: string, password: string) => post<T.Session>('/api/session', { login, password }),
  signOut: () => call<void>('DELETE', '/api/session'),
  changePassword: (old: string, fresh: string) => post<void>('/api/session/password', { old, new: fresh }),

  createCase: (body: T.NewCase, idempotencyKey: string) => post<T.CaseCreated>('/api/cases', body, { idempotencyKey }),
  cases: (query: Query, signal?: AbortSignal) => get<T.Page<T.CaseSummary>>('/api/cases', query, signal),
  case: (id: T.Id, signal?: AbortSignal) => get<T.Case>(`/api/cases/${id}`, undefined, signal),
  act: (id: T.Id, verb: string, body: T.VerbBody, version?: number) =>
    post<T.Case>(`/api/cases/${id}/verbs/${verb}`, body, { version }),
  mayI: (id: T.Id, verb: string, body: T.VerbBody) =>
    call<T.DryRun>('POST', `/api/cases/${id}/verbs/${verb}`, { query: { dryRun: true }, body }),
  orders: (query: Query, signal?: AbortSignal) => get<{ items: T.Order[] }>('/api/orders', query, signal),
  copies: (query: Query, signal?: AbortSignal) => get<{ items: T.Copy[]; unread: number }>('/api/copies', query, signal),
  similar: (id: T.Id) =>
    get<{ items: T.SimilarCase[] }>(`/api/cases/${id}/similar`),
  caseDecisions: (id: T.Id) => get<{ items: T.Decision[] }>(`/api/cases/${id}/decisions`),
  reveal: (id: T.Id, field: string, reason: string) =>
    post<{ value: string }>(`/api/cases/${id}/reveal`, { field, reason }),
  count: (id: T.Id, promise: T.Id) => get<T.PromiseCount>(`/api/cases/${id}/promises/${promise}/count`),
  notices: (query: Query) => get<T.NoticePage>('/api/notices', query),
  readNotice: (id: T.Id) => post<void>(`/api/notices/${id}/read`, {}),
  readNotices: () => post<void>('/api/notices/read', {}),
  receipt: (id: T.Id, event?: T.Id) =>
    call<string>('GET', `/api/cases/${id}/receipt`, { query: { event }, text: true }),

  tasks: (query: Query, signal?: AbortSignal) => get<T.TaskPage>('/api/tasks', query, signal),
  officers: (unit: string) => get<{ items: T.Officer[] }>('/api/officers', { unit }),
  templates: (kind: string, topic?: string) => get<{ items: T.Template[] }>('/api/templates', { kind, topic }),
  enterprises: (q: string, signal?: AbortSignal) =>
    get<{ items: T.Enterprise[] }>('/api/enterprises', { q, limit: 12 }, signal),
  enterprise: (id: T.Id) => get<T.Enterprise>(`/api/enterprises/${id}`),
  importCsv: (kind: string, csv: Blob, dryRun: boolean, allOrNothing: boolean) =>
    call<T.ImportResult>('POST', '/api/imports', {
      query: { kind, dryRun, allOrNothing },
      body: csv,
      contentType: 'text/csv; charset=utf-8',
      timeout: 600_000,
    }),

  figures: () => get<{ items: T.FigureInfo[] }>('/api/figures'),
  figure: (name: string, query: Query, signal?: AbortSignal) =>
    get<T.FigureValue>(`/api/figures/${name}`, query, signal),
  figureRecords: (name: string, query: Query, signal?: AbortSignal) =>
    get<T.Page<T.CaseSummary>>(`/api/figures/${name}/records`, query, signal),

  registers: (signal?: AbortSignal) => get<{ items: T.Register[] }>('/api/registers', undefined, signal),
  register: (code: string) => get<T.Register>(`/api/registers/${code}`),
  codes: (table: string) => get<{ items: T.Code[] }>(`/api/codes/${table}`),
  records: (register: string, query: Query, signal?: AbortSignal) =>
    get<T.RecordPage>(`/api/registers/${register}/records`, query, signal),
  record: (register: string, id: T.Id, signal?: AbortSignal) =>
    get<T.Rec>(`/api/registers/${register}/records/${id}`, undefined, signal),
  history: (register: string, id: T.Id, signal?: AbortSignal) =>
    get<{ items: T.RecordVersion[] }>(`/api/registers/${register}/records/${id}/history`, undefined, signal),
  related: (register: string, id: T.Id, signal?: AbortSignal) =>
    get<{ items: T.RecordRelated[] }>(`/api/registers/${register}/records/${id}/related`, undefined, signal),
  createRecord: (register: string, body: T.RecordInput, idempotencyKey?: string) =>
    post<T.Rec>(`/api/registers/${register}/records`, body, { idempotencyKey }),
  changeRecord: (register: string, id: T.Id, body: T.RecordInput) =>
    call<T.Rec>('PATCH', `/api/registers/${register}/records/${id}`, { body }),
  revealRecord: (register: string, id: T.Id, reason: string) =>
    post<T.Rec>(`/api/registers/${register}/records/${id}/reveal`, { reason }),
  alike: (register: string, data: unknown) => post<{ items: T.Rec[] }>(`/api/registers/${register}/alike`, { data }),
  bulk: (register: string, body: T.BulkInput, dryRun: boolean) =>
    call<T.BulkResult>('POST', `/api/registers/${register}/bulk`, { body, query: { dryRun } }),
  undoBatch: (register: string, batch: T.Id, reason: string) =>
    post<{ undone: number; kept: number }>(`/api/registers/${register}/batches/${batch}/undo`, { reason }, { timeout: 3_600_000 }),
  views: (register: string) => get<{ items: T.RecordView[] }>(`/api/registers/${register}/views`),
  keepView: (register: string, body: { name: string; shared?: boolean; definition: unknown }) =>
    post<{ id: T.Id }>(`/api/registers/${register}/views`, body),
  forgetView: (register: string, id: T.Id) => call<void>('DELETE', `/api/registers/${register}/views/${id}`),

  way: (id: T.Id, signal?: AbortSignal) => get<T.CaseWay>(`/api/cases/${id}/way`, undefined, signal),
  procedures: (signal?: AbortSignal) => get<{ items: T.Procedure[] }>('/api/procedures', undefined, signal),
  drawing: (kind: string, version?: string, signal?: AbortSignal) =>
    call<string>('GET', `/api/procedures/${kind}/drawing`, { query: { version }, text: true, signal }),
  waits: (kind: string, query: Query, signal?: AbortSignal) =>
    get<T.Waits>(`/api/procedures/${kind}/waits`, query, signal),
  waitingCases: (kind: string, node: string, query: Query, signal?: AbortSignal) =>
    get<T.Page<T.WaitingCase>>(`/api/procedures/${kind}/waits/${encodeURIComponent(node)}`, query, signal),

  tryProcedure: (body: T.TryBody) => post<T.ProcedureTrial>('/api/procedures/try', body),
  planMigration: (body: T.MigrationBody) => post<T.MigrationPlan>('/api/migrations/plan', body, { timeout: 60_000 }),
  startMigration: (body: T.MigrationBody & { reason: string }) => post<T.MigrationRun>('/api/migrations', body),
  migration: (id: T.Id) => get<T.MigrationRun>(`/api/migrations/${id}`),
  stopMigration: (id: T.Id) => post<T.MigrationRun>(`/api/migrations/${id}/stop`),

  incidents: (after?: string | null, signal?: AbortSignal) => get<T.Page<T.Incident>>('/api/incidents', { limit: 50, after }, signal),
  retryIncident: (id: T.Id) => post<void>(`/api/incidents/${id}/retry`),
  skipIncident: (id: T.Id, reason: string) => post<void>(`/api/incidents/${id}/skip`, { reason }),
  /** what is due; `before`: an ISO day, or '' for as far as the rules allow */
  purges: (before: string, signal?: AbortSignal) => get<{ items: T.PurgeKind[] }>('/api/purges', { before: before || undefined }, signal),
  pastPurges: (signal?: AbortSignal) => get<{ items: T.PurgePast[] }>('/api/purges/past', undefined, signal),
  startPurge: (before: string, reason: string) => post<{ items: T.PurgeKind[] }>('/api/purges', { before: before || undefined, reason }),

  accounts: () => get<{ items: T.Account[] }>('/api/accounts'),
  createAccount: (body: T.NewAccount) => post<T.Account>('/api/accounts', body),
  changeAccount: (id: T.Id, disabled: boolean) => call<T.Account>('PATCH', `/api/accounts/${id}`, { body: { disabled } }),

  pack: () => get<T.PackState>('/api/pack'),
  packVersions: (after?: string | null) => get<T.Page<T.PackUse>>('/api/pack/versions', { limit: 50, after }),
  deployVersion: (version: string, reason: string) => post<T.PackState>(`/api/pack/versions/${version}/deploy`, { reason }),
  readPackFolder: () => call<T.PackState>('POST', '/api/pack/folder', { timeout: 60_000 }),
  packFiles: (query: Query = {}) => get<{ items: T.PackFileRef[] }>('/api/pack/files', query),
  packFile: (path: string, query: Query = {}, signal?: AbortSignal) =>
    call<string>('GET', '/api/pack/file', { query: { path, ...query }, text: true, signal }),
  packChanges: (query: Query) => get<{ items: T.PackChange[] }>('/api/pack/changes', query),
  packDrafts: () => get<{ items: T.PackDraft[] }>('/api/pack/drafts'),
  packDraft: (id: T.Id) => get<T.PackDraft>(`/api/pack/drafts/${id}`),
  createPackDraft: (title: string) => post<T.PackDraft>('/api/pack/drafts', { title }),
  discardPackDraft: (id: T.Id, number?: number) => call<void>('DELETE', `/api/pack/drafts/${id}`, { version: number }),
  /** match: sha256 of the text this was made from; '*' for whatever is there, '' for a new file */
  putPackFile: (id: T.Id, path: string, text: string, match: string) =>
    call<T.PackDraft>('PUT', `/api/pack/drafts/${id}/file`, { query: { path }, body: text, contentType: 'text/plain; charset=utf-8', match }),
  removePackFile: (id: T.Id, path: string, match: string) =>
    call<T.PackDraft>('DELETE', `/api/pack/drafts/${id}/file`, { query: { path }, match }),
  revertPackFile: (id: T.Id, path: string) => call<T.PackDraft>('POST', `/api/pack/drafts/${id}/revert`, { query: { path } }),
  keepPackFile: (id: T.Id, path: string) => call<T.PackDraft>('POST', `/api/pack/drafts/${id}/keep`, { query: { path } }),
  checkPackDraft: (id: T.Id) => call<T.PackCheck>('POST', `/api/pack/drafts/${id}/check`, { timeout: 60_000 }),
  deployPackDraft: (id: T.Id, number: number, reason: string) =>
    post<T.PackState>(`/api/pack/drafts/${id}/deploy`, { reason }, { version: number, timeout: 60_000 }),
  packRules: (query: Query = {}) => get<{ items: T.PackRuleFile[] }>('/api/pack/decisions', query),
  tryDecision: (file: string, decision: string, inputs: Record<string, unknown>, query: Query = {}) =>
    post<T.PackTrial>('/api/pack/try', { file, decision, inputs }, { query }),
  checkFeel: (expression: string, tests: boolean) => post<{ ok: boolean; faults: T.PackFault[] }>('/api/pack/feel', { expression, tests }),
  compareDecision: (query: Query, signal?: AbortSignal) => get<T.PackComparison>('/api/pack/compare', query, signal),

  checkpoint: () => call<string>('GET', '/api/journal/checkpoint', { text: true }),
  journalKey: () => get<{ origin: string; vkey: string; profile: string }>('/api/journal/key'),
}

export const fileUrl = (id: T.Id): string => `/api/files/${id}`
export const thumbnailUrl = (id: T.Id): string => `/api/files/${id}/thumbnail`
