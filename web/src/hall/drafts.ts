// Drafts and letters waiting for a connection, kept in this browser, by account and kind.
//
//   draft    one a kind: what is being written; saved by itself, offered again, dropped when sent
//   outbox   requests that were sent while out of reach; each carries its idempotency key, so that a
//            second sending can never make a second case
import { reactive } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Attachment, CaseCreated, Id, Instant, NewCase } from '@/api/types'
import { whenBack } from '@/shared/connection'
import type { FormData } from '@/shared/form'
import { readLocal, writeLocal } from '@/shared/local'
import { account } from '@/shared/session'

export interface Draft {
  data: FormData
  files: Attachment[]
  key: string
  at: Instant
}

export interface Letter {
  key: string
  title: string
  body: NewCase
  at: Instant
  /** why the server will not take it; it then waits for its writer */
  fault: string
}

const draftKey = (owner: Id, kind: string): string => `junma.draft.${owner}.${kind}`
const outboxKey = (owner: Id): string => `junma.outbox.${owner}`

export const loadDraft = (owner: Id, kind: string): Draft | null => readLocal<Draft>(draftKey(owner, kind))
export const saveDraft = (owner: Id, kind: string, draft: Draft): boolean => writeLocal(draftKey(owner, kind), draft)
export const dropDraft = (owner: Id, kind: string): void => localStorage.removeItem(draftKey(owner, kind))

export const outbox = reactive<Letter[]>([])
export const sentLetters = reactive<{ key: string; made: CaseCreated }[]>([])
let owner: Id | null = null
let sending = false

function keep(): boolean {
  return owner !== null && writeLocal(outboxKey(owner), outbox)
}

/** Reads the outbox of whoever is signed in, and tries to send what waits there. */
export function openOutbox(): void {
  const who = account.value?.id ?? null
  if (who !== owner) {
    owner = who
    outbox.splice(0, outbox.length, ...((who && readLocal<Letter[]>(outboxKey(who))) || []))
  }
  void flush()
}

export function post(letter: Letter): boolean {
  outbox.push(letter)
  return keep()
}

export function takeBack(key: string): Letter | null {
  const at = outbox.findIndex((letter) => letter.key === key)
  if (at < 0) return null
  const [letter] = outbox.splice(at, 1)
  keep()
  return letter ?? null
}

async function sendOne(letter: Letter): Promise<boolean> {
  try {
    const made = await api.createCase(letter.body, letter.key)
    takeBack(letter.key)
    sentLetters.push({ key: letter.key, made })
    return true
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    if (cause.passing || cause.status === 401) return false
    letter.fault = [cause.message, ...cause.fields.map((field) => field.message)].join(' ')
    keep()
    return true
  }
}

/** Sends what waits, the oldest first; stops at the first that cannot leave now. */
export async function flush(): Promise<void> {
  if (sending || !account.value || account.value.id !== owner) return
  sending = true
  try {
    for (const letter of [...outbox]) {
      if (!letter.fault && !(await sendOne(letter))) break
    }
  } finally {
    sending = false
  }
}

whenBack(() => void flush())
