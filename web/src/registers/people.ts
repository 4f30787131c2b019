// The people of the zone's units, read once while a page is open.
import type { Officer } from '@/api/types'

let kept: Promise<Officer[]> | null = null

export function officersOnce(read: () => Promise<{ items: Officer[] }>): Promise<Officer[]> {
  kept ??= read().then((found) => found.items)
  kept.catch(() => (kept = null))
  return kept
}
