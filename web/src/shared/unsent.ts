// What one is writing and has not sent yet, kept with one's account so that it is there on another device.
import { call, get } from '@/api/client'
import { ApiError } from '@/api/client'
import type * as S from '@/api/openapi'
import type { Id } from '@/api/types'

const path = (name: string): string => `/api/drafts/${encodeURIComponent(name)}`

/** The account's draft; null: there is none; undefined: that cannot be said now. */
export async function readUnsent(name: string): Promise<S.SchemaDraft | null | undefined> {
  try {
    return await get<S.SchemaDraft>(path(name))
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    return cause.status === 404 ? null : undefined
  }
}

/** False: it could not be kept there; what this browser has counts meanwhile. */
export async function keepUnsent(name: string, data: unknown, files: Id[] = []): Promise<boolean> {
  try {
    await call<void>('PUT', path(name), { body: { data, files } })
    return true
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    return false
  }
}

export async function dropUnsent(name: string): Promise<void> {
  try {
    await call<void>('DELETE', path(name))
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause // it goes by itself after a while
  }
}
