// The catalogue of service items over the interface.
import type * as S from '@/api/openapi'
import { get, post } from '@/api/client'
import type { Query } from '@/api'
import type { CaseCreated, FormSchema, Id } from '@/api/types'

export type ServiceItem = S.SchemaServiceItem
export type ServiceGuide = S.SchemaServiceGuide
export type ServiceFacets = S.SchemaServiceFacets
export type Facet = S.SchemaServiceFacet
export type Bundle = S.SchemaServiceBundle
export type PlanMaterial = S.SchemaServicePlanMaterial
export type ServicePlan = Omit<S.SchemaServicePlan, 'forms' | 'known'> & { forms: FormSchema[]; known: Record<string, unknown> }
export type CaseService = S.SchemaCaseService
export type CaseMaterial = S.SchemaCaseServiceMaterial
export type CaseResult = S.SchemaCaseServiceResult
export type CaseLicence = S.SchemaCaseServiceLicence
export type Paper = S.SchemaServicePaper
export interface Asked {
  items?: string[]
  bundle?: string
}

export const services = {
  find: (query: Query, signal?: AbortSignal) => get<{ items: ServiceItem[]; total: number }>('/api/services', query, signal),
  facets: (signal?: AbortSignal) => get<ServiceFacets>('/api/services/facets', undefined, signal),
  guide: (code: string, signal?: AbortSignal) => get<ServiceGuide>(`/api/services/${encodeURIComponent(code)}`, undefined, signal),
  plan: (asked: Asked, answers: Record<string, unknown>) => post<ServicePlan>('/api/services/plan', { ...asked, answers }),
  apply: (asked: Asked, data: Record<string, unknown>, materials: Paper[], idempotencyKey: string) =>
    post<CaseCreated>('/api/cases', { kind: 'service', channel: 'web', ...asked, data, materials }, { idempotencyKey }),
  ofCase: (id: Id, signal?: AbortSignal) => get<CaseService>(`/api/cases/${id}/service`, undefined, signal),
  paper: (id: Id, material: string) => post<S.SchemaPaperLicence>(`/api/cases/${id}/materials/${material}/licence`, {}),
}
