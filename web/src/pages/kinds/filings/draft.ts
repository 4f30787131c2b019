// What is being typed into a filing, kept until it is handed in: in this browser at once, with the account a second
// later, so that it is there on another device. What was handed in or given up elsewhere does not come back here.
import type { Values } from '@/registers/record'
import { readLocal, writeLocal } from '@/shared/local'
import { account } from '@/shared/session'
import { dropUnsent, keepUnsent, readUnsent } from '@/shared/unsent'
import { now } from '@/shared/zone'

export interface Draft {
  at: string
  values: Values
}
/** In this browser; `there`: the account had exactly this. */
interface Kept extends Draft {
  there?: boolean
}

const full = (key: string): string => `junma.filing.${account.value?.id ?? '0'}.${key}`
const named = (key: string): string => `filing.${key}`
const later = new Map<string, ReturnType<typeof setTimeout>>()
const LATER_MS = 1000

const here = (key: string): Kept | null => readLocal<Kept>(full(key))
const putHere = (key: string, kept: Kept): boolean => writeLocal(full(key), kept)

async function sendThere(key: string, draft: Draft): Promise<void> {
  later.delete(key)
  if ((await keepUnsent(named(key), draft)) && here(key)?.at === draft.at) putHere(key, { ...draft, there: true })
}

/** When it was kept. */
export function keepDraft(key: string, values: Values): string {
  const draft = { at: now().toISOString(), values }
  clearTimeout(later.get(key))
  later.set(key, setTimeout(() => void sendThere(key, draft), LATER_MS))
  return putHere(key, draft) ? draft.at : ''
}

/** The newer of the two. */
export async function loadDraft(key: string): Promise<Draft | null> {
  const mine = here(key)
  const found = await readUnsent(named(key))
  const theirs = found ? (found.data as Draft) : null
  if (found === null && mine?.there) {
    localStorage.removeItem(full(key))
    return null
  }
  return theirs && (!mine || theirs.at > mine.at) ? theirs : mine
}

export function dropDraft(key: string): void {
  clearTimeout(later.get(key))
  later.delete(key)
  localStorage.removeItem(full(key))
  void dropUnsent(named(key))
}
