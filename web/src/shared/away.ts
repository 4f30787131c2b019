// What is kept on this device so that a page opens without a connection: who is signed in, what the zone says of
// itself, and what a page puts beside it. All of it is one person's, lasts a day from the last time the server knew
// the session, and is gone with the sign-out and with another's sign-in.
//
//   junma.away         {who, zone, at}
//   junma.away.PART    what a page keeps; {value, at}
//   junma.unsent.ID    how many notes of an account wait on this device (pages/kinds/fieldwork/store.ts)
import type { Account, Zone } from '@/api/types'
import { readLocal, writeLocal } from '@/shared/local'

const root = 'junma.away'
const dayMs = 86_400_000

interface Owner {
  who: Account
  zone: Zone | null
  at: number
}

const fresh = (at: number): boolean => Date.now() - at < dayMs && at <= Date.now() + dayMs

function owner(): Owner | null {
  const found = readLocal<Owner>(root)
  if (!found?.who) return null
  if (fresh(found.at)) return found
  dropAway()
  return null
}

export const awayAccount = (): Account | null => owner()?.who ?? null
export const awayZone = (): Zone | null => owner()?.zone ?? null

/** From now on this person's pages may keep something here; another's things are gone. */
export function keepAway(who: Account, zone: Zone | null): void {
  if (owner()?.who.id !== who.id) dropAway()
  writeLocal(root, { who, zone, at: Date.now() } satisfies Owner)
}

/** The server was reached and still knows who we are. */
export function awayReached(who: Account): void {
  const found = owner()
  if (!found) return
  if (found.who.id === who.id) writeLocal(root, { ...found, who, at: Date.now() })
  else dropAway()
}

export function keepPart(part: string, value: unknown): boolean {
  return !!owner() && writeLocal(`${root}.${part}`, { value, at: Date.now() })
}

export function keptPart<T>(part: string): { value: T; at: Date } | null {
  const found = owner() ? readLocal<{ value: T; at: number }>(`${root}.${part}`) : null
  return found && { value: found.value, at: new Date(found.at) }
}

/** Nothing of anybody's day is left on this device, nor the program that opens it. Notes that wait are apart. */
export function dropAway(): void {
  const keys = Object.keys(localStorage).filter((key) => key === root || key.startsWith(`${root}.`) || key.startsWith('junma.field.list.'))
  keys.forEach((key) => localStorage.removeItem(key))
}

/** At the sign-out also the kept program goes: the next person begins with nothing. */
export async function dropPages(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const all = await navigator.serviceWorker.getRegistrations()
  const ours = all.filter((one) => one.active?.scriptURL.endsWith('/field-offline.js'))
  await Promise.all(ours.map((one) => one.unregister()))
  const names = (await caches.keys()).filter((name) => name.startsWith('junma-field-'))
  await Promise.all(names.map((name) => caches.delete(name)))
}

const unsentKey = (id: string): string => `junma.unsent.${id}`
export const unsent = (id: string): number => Number(localStorage.getItem(unsentKey(id)) ?? '0')
export function noteUnsent(id: string, count: number): void {
  if (count) localStorage.setItem(unsentKey(id), String(count))
  else localStorage.removeItem(unsentKey(id))
}
