// Certificates: who has passed which course, issuing, and one's own.
import { get, post } from '@/api/client'
import type * as S from '@/api/openapi'

export type Course = S.SchemaCertificateCourse
export type Own = S.SchemaOwnCertificate

export const certificates = {
  read: (page: string, course: string | undefined, signal?: AbortSignal) => get<S.SchemaCertificates>(`/api/pages/${page}/certificates`, { course }, signal),
  issue: (page: string, course: string, people?: string[]) => post<S.SchemaCertificatesIssued>(`/api/pages/${page}/certificates`, { course, people }),
  own: (page: string, who: { name?: string; phone?: string }) => post<{ items: Own[] }>(`/api/pages/${page}/certificates/own`, who),
  pdf: (page: string, one: Own): string => `/api/pages/${page}/certificates/${one.id}/pdf?ticket=${encodeURIComponent(one.ticket)}`,
}
