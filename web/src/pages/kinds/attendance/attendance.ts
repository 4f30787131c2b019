// What a page of this kind says, and the calls to the server.
import { post } from '@/api/client'
import type { SchemaAttendanceCode, SchemaAttendanceTicket, SchemaAttended } from '@/api/openapi'

export interface AttendanceMembers {
  sessions: { register: string; on: string; seats?: string; enrolled?: string; columns?: string[]; course?: string; courses?: { register: string; facets: string[]; chosen?: string } }
  people: { register: string; session: string; name: string; phone: string; at: string }
  checkin?: string
}

export const attendance = {
  code: (page: string, session: string) => post<SchemaAttendanceCode>(`/api/pages/${page}/code`, { session }),
  scan: (page: string, session: string, code: string) => post<SchemaAttendanceTicket>(`/api/pages/${page}/scan`, { session, code }),
  checkIn: (page: string, body: { session: string; ticket: string; name?: string; phone?: string }) => post<SchemaAttended>(`/api/pages/${page}/checkin`, body),
  enrol: (page: string, body: { session: string; name: string; phone: string }) => post<SchemaAttended>(`/api/pages/${page}/enrol`, body),
}
