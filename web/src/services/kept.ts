// What one is writing, kept in this browser at once and with one's account a moment later, so that it is there again
// after a reload and on another device. The newer of the two counts; uploads are those the server still has.
import type { Attachment, Id } from '@/api/types'
import { dropDraft, loadDraft, saveDraft, type Draft } from '@/hall/drafts'
import type { FormData } from '@/shared/form'
import { dropUnsent, keepUnsent, readUnsent } from '@/shared/unsent'

/** What stands in it beside the answers: which uploads are for which paper, and what was agreed to. */
export interface Kept {
  data: FormData
  papers: Record<string, Attachment[]>
  agreed: Record<string, boolean>
  key: string
  at: string
}
interface Sent {
  answers: FormData
  papers: Record<string, Id[]>
  agreed: Record<string, boolean>
  key: string
}

async function remote(name: string): Promise<Kept | null> {
  const found = await readUnsent(name)
  if (!found) return null // none, or out of reach: what this browser has counts
  const sent = found.data as Sent
  const there = new Map(found.files.map((file) => [file.id, file as Attachment]))
  const papers = Object.fromEntries(Object.entries(sent.papers).map(([paper, ids]) => [paper, ids.flatMap((id) => there.get(id) ?? [])]))
  return { data: sent.answers, papers, agreed: sent.agreed, key: sent.key, at: found.at }
}

export async function loadKept(owner: Id, name: string): Promise<Kept | null> {
  const here = loadDraft(owner, name) as (Draft & Partial<Kept>) | null
  const there = await remote(name)
  if (!here) return there
  // The browser keeps at once and the account a moment later: a little older there is the same writing.
  if (there && Date.parse(there.at) + 1000 >= Date.parse(here.at)) return { ...there, data: Date.parse(here.at) > Date.parse(there.at) ? here.data : there.data }
  return { data: here.data, papers: here.papers ?? {}, agreed: here.agreed ?? {}, key: here.key, at: here.at }
}

export const keepHere = (owner: Id, name: string, kept: Kept): boolean => saveDraft(owner, name, { ...kept, files: [] } as Draft)

export async function keepThere(name: string, kept: Kept): Promise<void> {
  const papers = Object.fromEntries(Object.entries(kept.papers).map(([paper, files]) => [paper, files.map((file) => file.id)]))
  const data: Sent = { answers: kept.data, papers, agreed: kept.agreed, key: kept.key }
  await keepUnsent(name, data, Object.values(papers).flat()) // where it cannot be, it is kept here all the same
}

export async function dropKept(owner: Id, name: string): Promise<void> {
  dropDraft(owner, name)
  await dropUnsent(name)
}
