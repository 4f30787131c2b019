// Notes that wait on this device, with their photographs, in IndexedDB: written down before anything is sent, gone
// when the server has them. Each belongs to an account, and nobody else is shown it. Where the browser keeps nothing
// (a private window) they live as long as the page, and the page says so.
import { noteUnsent } from '@/shared/away'

export interface Photo {
  name: string
  type: string
  blob: Blob
  /** of the file, once the server has it */
  id: string
}

export interface Note {
  v: 1
  /** also the idempotency key of the record */
  key: string
  owner: string
  register: string
  /** key of the task it is about */
  task: string
  label: string
  at: string
  /** still being written */
  draft: boolean
  data: Record<string, unknown>
  photos: Photo[]
  photoColumn: string
  raise: { action: string; data: Record<string, unknown>; key: string } | null
  raising: boolean
  phone: string
  /** of the record, once it is there and only the case is left */
  record: string
  /** the server may have it already: sent once without hearing the answer */
  tried: boolean
  /** how often the task had been done when this was written */
  seen: number
  /** what has to be decided before it goes out: somebody else was there first, or the task is no longer on the list */
  conflict: '' | 'done' | 'gone'
  /** the writer said to send it all the same */
  anyway: boolean
  fault: string
  faults: Record<string, string>
}

const unsafe = new Map<string, Note>()
let broken = false

/** false: the browser keeps nothing beyond this page */
export const keeps = (): boolean => !broken

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('junma-field', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore('notes', { keyPath: 'key' }).createIndex('owner', 'owner')
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const turn = db.transaction('notes', mode)
      const asked = work(turn.objectStore('notes'))
      turn.oncomplete = () => resolve(asked.result)
      turn.onabort = turn.onerror = () => reject(turn.error ?? asked.error)
    })
  } finally {
    db.close()
  }
}

// Other windows of this browser hear of each change, so that none goes on showing what another has sent.
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('junma-field') : null

export function whenChanged(listener: () => void): () => void {
  channel?.addEventListener('message', listener)
  return () => channel?.removeEventListener('message', listener)
}

async function count(owner: string): Promise<void> {
  noteUnsent(owner, (await notesOf(owner)).length)
  channel?.postMessage('changed')
}

export async function notesOf(owner: string): Promise<Note[]> {
  if (broken) return [...unsafe.values()].filter((note) => note.owner === owner)
  try {
    const found = (await within('readonly', (store) => store.index('owner').getAll(owner))) as Note[]
    return found.sort((a, b) => a.at.localeCompare(b.at))
  } catch {
    broken = true
    return []
  }
}

/** A plain copy goes in: what the page holds is watched, and stores do not take that. */
export async function putNote(note: Note): Promise<void> {
  const plain = { ...(JSON.parse(JSON.stringify({ ...note, photos: [] })) as Note), photos: note.photos.map(({ name, type, blob, id }) => ({ name, type, blob, id })) }
  try {
    if (broken) throw new Error('nothing is kept')
    await within('readwrite', (store) => store.put(plain))
  } catch {
    unsafe.set(plain.key, plain)
    broken = true
  }
  await count(note.owner)
}

export async function dropNote(note: Pick<Note, 'key' | 'owner'>): Promise<void> {
  unsafe.delete(note.key)
  if (!broken) await within('readwrite', (store) => store.delete(note.key))
  await count(note.owner)
}

/** At a sign-out whose writer does not want to keep them. */
export async function dropNotesOf(owner: string): Promise<void> {
  for (const note of await notesOf(owner)) await dropNote(note)
  noteUnsent(owner, 0)
}

/** The browser is asked not to clear the store by itself when the device runs short. */
export function askToKeep(): void {
  void navigator.storage?.persist?.().catch(() => undefined)
}
