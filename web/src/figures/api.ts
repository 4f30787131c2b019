// Figures by name, and what stands under them.
import { get } from '@/api/client'
import type { Licence } from '@/licences/api'
import type * as S from '@/api/openapi'
import type { CaseSummary, FigureInfo, FigureValue, Name, Page, Rec } from '@/api/types'

export type { FigureInfo, FigureValue }
/** Parameters of a figure: by, key, from, to, at, and dimensions by their names. */
export type Asked = Record<string, string | undefined>

export interface Rows {
  columns: S.SchemaFigureColumn[]
  items: (string | Name | null)[][]
  next: string | null
}

export const figuresApi = {
  list: (signal?: AbortSignal) => get<{ items: FigureInfo[] }>('/api/figures', undefined, signal),
  value: (name: string, query: Asked, signal?: AbortSignal) => get<FigureValue>(`/api/figures/${name}`, query, signal),
  cases: (name: string, query: Asked, signal?: AbortSignal) => get<Page<CaseSummary>>(`/api/figures/${name}/records`, query, signal),
  records: (name: string, query: Asked, signal?: AbortSignal) => get<Page<Rec>>(`/api/figures/${name}/entries`, query, signal),
  licences: (name: string, query: Asked, signal?: AbortSignal) => get<Page<Licence>>(`/api/figures/${name}/licences`, query, signal),
  rows: (name: string, query: Asked, signal?: AbortSignal) => get<Rows>(`/api/figures/${name}/rows`, query, signal),
}

let infos: Promise<Map<string, FigureInfo>> | null = null

/** All figures by name; read once a session. */
export function loadInfos(): Promise<Map<string, FigureInfo>> {
  if (!infos) {
    infos = figuresApi.list().then((page) => new Map(page.items.map((one) => [one.name, one])))
    infos.catch(() => (infos = null))
  }
  return infos
}
