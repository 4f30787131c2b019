// Open311 GeoReport v2 of this server: what the page shows is what any other client sees. Beside it what
// those who handle reports see.
import { get, post } from '@/api/client'
import type { HandledReports, Reported } from '@/api/types'

export interface Service {
  service_code: string
  service_name: string
  description: string
  metadata: boolean
  group: string
}
export interface Attribute {
  code: string
  datatype: 'string' | 'number' | 'datetime' | 'text' | 'singlevaluelist' | 'multivaluelist'
  required: boolean
  datatype_description: string | null
  description: string
  values?: { key: string; name: string }[]
}
export interface Report {
  service_request_id: string
  status: 'open' | 'closed'
  status_notes: string | null
  service_name: string
  service_code: string
  description: string | null
  agency_responsible: string | null
  requested_datetime: string
  updated_datetime: string
  expected_datetime: string | null
  address: string | null
  lat: number | null
  long: number | null
  media_url: string | null
}

const base = '/open311/v2'

export const reports = {
  services: (signal?: AbortSignal) => get<Service[]>(`${base}/services.json`, undefined, signal),
  service: (code: string) => get<{ attributes: Attribute[] }>(`${base}/services/${code}.json`),
  list: (signal?: AbortSignal) => get<Report[]>(`${base}/requests.json`, undefined, signal),
  one: async (number: string, signal?: AbortSignal) => (await get<Report[]>(`${base}/requests/${encodeURIComponent(number)}.json`, undefined, signal))[0]!,
  send: (body: unknown) => post<Reported>('/api/reports', body, { timeout: 120_000 }),
  handled: (query: { status?: string; service?: string; waiting?: boolean }, signal?: AbortSignal) => get<HandledReports>('/api/reports', query, signal),
  review: (id: string, body: { of: 'picture' | 'report'; shown: boolean; reason?: string }) => post<void>(`/api/reports/${id}/review`, body),
}

/** The address of a picture that this server keeps, as a path; null for one that stands elsewhere. */
export function ownPicture(address: string | null): string | null {
  const path = address?.match(/^https?:\/\/[^/]+(\/open311\/media\/[0-9a-f]+)$/)?.[1]
  return path ?? null
}

const radius = 6_371_000
/** Metres between two places that are near each other. */
export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad)
  return Math.hypot(x, (b.lat - a.lat) * rad) * radius
}
