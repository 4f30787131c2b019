// Cases like a text that is still being typed. The search wants every word of a query, a caller's
// sentence never has them all; so pairs of characters (in English: words) are asked one by one, and a
// case ranks by how many of them it was found by.
import { api } from '@/api'
import type { CaseSummary } from '@/api/types'

const most = 6
const empty = /[的了不是在和与我们您请能否有没个这那就都也很还又要把被让给从到对等吗呢吧]/

export function pieces(text: string): string[] {
  const found = new Set<string>()
  for (const run of text.match(/\p{Script=Han}{2,}|[A-Za-z]{4,}/gu) ?? []) {
    if (/[A-Za-z]/.test(run)) found.add(run)
    else for (let at = 0; at + 2 <= run.length; at++) if (!empty.test(run.slice(at, at + 2))) found.add(run.slice(at, at + 2))
  }
  const all = [...found]
  if (all.length <= most) return all
  // evenly over the sentence: its end says as much as its beginning
  return Array.from({ length: most }, (_, at) => all[Math.round((at * (all.length - 1)) / (most - 1))]!)
}

export async function findAlike(kind: string, text: string, signal: AbortSignal): Promise<CaseSummary[]> {
  const pages = await Promise.all(
    pieces(text).map((q) => api.cases({ kind, q, status: 'all', order: 'newest', limit: 20 }, signal)),
  )
  const hits = new Map<string, { item: CaseSummary; count: number }>()
  for (const item of pages.flatMap((page) => page.items)) {
    const hit = hits.get(item.id) ?? { item, count: 0 }
    hit.count++
    hits.set(item.id, hit)
  }
  return [...hits.values()]
    .sort((a, b) => b.count - a.count || (a.item.createdAt < b.item.createdAt ? 1 : -1))
    .filter((hit, _at, all) => hit.count >= Math.min(2, all[0]!.count))
    .slice(0, 6)
    .map((hit) => hit.item)
}
