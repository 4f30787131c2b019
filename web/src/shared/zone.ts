// What the zone says about itself; read once at start.
import { shallowRef } from 'vue'
import { api } from '@/api'
import type { Kind, Zone } from '@/api/types'

export const zone = shallowRef<Zone | null>(null)

export async function loadZone(): Promise<Zone> {
  if (!zone.value) zone.value = await api.zone()
  return zone.value
}

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
