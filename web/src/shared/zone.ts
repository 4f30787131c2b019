// What the zone says about itself; read once at start.
import { shallowRef } from 'vue'
import { api } from '@/api'
import type { Kind, Zone } from '@/api/types'
import { awayZone } from './away'

export const zone = shallowRef<Zone | null>(null)

let ahead = 0

export async function loadZone(): Promise<Zone> {
  if (zone.value) return zone.value
  const kept = awayZone()
  const found = await api.zone(kept ? 6000 : undefined).catch((cause: unknown) => {
    if (kept) return kept // without a connection: as it was when it was kept
    throw cause
  })
  if (found !== kept && found.now) ahead = Date.parse(found.now) - Date.now()
  zone.value = found
  return found
}

/** The server's present; a phone's clock may be wrong, and deadlines are not counted by it. */
export const now = (): Date => new Date(Date.now() + ahead)

const kinds = new Map<string, Promise<Kind>>()

/** A kind of case with its form and topics; read once, forgotten when the reading failed. */
export function loadKind(kind: string): Promise<Kind> {
  let found = kinds.get(kind)
  if (!found) {
    found = api.kind(kind)
    kinds.set(kind, found)
    found.catch(() => kinds.delete(kind))
  }
  return found
}
