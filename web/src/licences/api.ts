// Licences over HTTP, under the names the pages use.
import { call, get, post, type CallOptions } from '@/api/client'
import type * as S from '@/api/openapi'

export type Licence = S.SchemaLicence
export type LicenceType = S.SchemaLicenceType
export type Whole = S.SchemaLicenceWhole
export type Verb = S.SchemaLicenceVerb
export type Consent = S.SchemaLicenceConsent
export type Verdict = S.SchemaLicenceVerdict
export type Pass = S.SchemaLicencePass
type Query = NonNullable<CallOptions['query']>
interface List<T> {
  items: T[]
  next: string | null
}

export const licences = {
  types: () => get<List<LicenceType>>('/api/licences/types'),
  mine: (signal?: AbortSignal) => get<List<Licence>>('/api/licences/mine', undefined, signal),
  list: (query: Query, signal?: AbortSignal) => get<List<Licence>>('/api/licences', query, signal),
  one: (id: string, signal?: AbortSignal) => get<Whole>(`/api/licences/${id}`, undefined, signal),
  issue: (body: unknown) => post<Licence>('/api/licences', body),
  act: (id: string, verb: string, body: unknown) => post<Licence>(`/api/licences/${id}/acts/${verb}`, body),
  pass: (id: string, device?: string) => post<Pass>(`/api/licences/${id}/pass`, device ? { device } : {}),
  consents: (signal?: AbortSignal) => get<List<Consent>>('/api/licences/consents', undefined, signal),
  takeBack: (id: string) => call<void>('DELETE', `/api/licences/consents/${id}`),
  verify: (code: string) => get<Verdict>('/api/licences/verify', { code }),
  verifyFile: (file: Blob) => call<Verdict>('POST', '/api/licences/verify', { body: file, contentType: 'application/pdf' }),
}
export const pdfUrl = (id: string): string => `/api/licences/${id}/pdf`
export const credentialUrl = (id: string): string => `/api/licences/${id}/credential`
