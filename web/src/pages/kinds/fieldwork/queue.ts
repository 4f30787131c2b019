// Sending what waits. Once and only once: the key of a note is its idempotency key, one page of the browser sends at
// a time, and what was sent without hearing the answer goes out again under the same key. Before a note goes out the
// list is read again; where somebody else has been there meanwhile, or the task has gone from the list, the writer
// decides.
import { reactive, ref } from 'vue'
import { api } from '@/api'
import { ApiError, newKey, upload } from '@/api/client'
import { raiseCase } from '@/registers/api'
import { whenBack } from '@/shared/connection'
import { explainShort } from '@/shared/explain'
import { account, sureAccount } from '@/shared/session'
import { dropNote, notesOf, putNote, type Note } from './store'

/** After that long the server no longer remembers keys: whoever wrote it looks first. */
const keysKeptMs = 12 * 86_400_000

export interface Hooks {
  /** the list as it is now: how often each task was done, by its key; null when it could not be read */
  fresh: () => Promise<Map<string, number> | null>
  sent: (note: Note) => void
}

/** One page sends at a time, also of several windows; without the browser's locks the keys alone hold. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work()
  await navigator.locks.request('junma-field', work)
}

export function useQueue(hooks: Hooks) {
  const owner = account.value?.id ?? '0'
  const list = reactive<Note[]>([])
  const busy = ref('')
  let running = false

  function conflictOf(note: Note, tasks: Map<string, number>): Note['conflict'] {
    if (note.anyway || note.tried || note.record) return ''
    const times = tasks.get(note.task)
    if (times === undefined) return 'gone'
    return times > note.seen ? 'done' : ''
  }

  async function photos(note: Note): Promise<void> {
    for (const photo of note.photos) {
      if (photo.id) continue
      photo.id = (await upload(new File([photo.blob], photo.name, { type: photo.type }), () => {})).id
      await putNote(note)
    }
    if (note.photos.length) note.data[note.photoColumn] = note.photos.map((photo) => photo.id)
  }

  async function post(note: Note): Promise<void> {
    if (!note.record) {
      await photos(note)
      note.tried = true
      await putNote(note)
      note.record = (await api.createRecord(note.register, { data: note.data }, note.key)).id
      await putNote(note)
    }
    if (note.raise) await raiseCase(note.register, note.record, note.raise.action, note.raise.data, note.raise.key)
  }

  function refused(note: Note, cause: ApiError): void {
    if (cause.passing || cause.status === 401) return
    if (!note.record) note.tried = false // the server said no: it has nothing of it
    note.fault = explainShort(cause)
    note.faults = Object.fromEntries(cause.fields.map((fault) => [fault.field, fault.message]))
  }

  /** true: it is there */
  async function send(note: Note): Promise<boolean> {
    busy.value = note.key
    try {
      await post(note)
      list.splice(list.indexOf(note), 1)
      await dropNote(note)
      for (const other of list) if (other.task === note.task) other.seen++
      hooks.sent(note)
      return true
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      refused(note, cause)
      await putNote(note)
      return !cause.passing && cause.status !== 401
    } finally {
      busy.value = ''
    }
  }

  async function sendEach(): Promise<void> {
    if ((await sureAccount())?.id !== owner) return
    await refresh() // another window may have sent some
    const ready = list.filter((note) => !note.draft && !note.fault)
    if (!ready.length) return
    const tasks = await hooks.fresh()
    if (!tasks) return // the connection is not back after all
    for (const note of ready) {
      if (note.tried && Date.now() - Date.parse(note.at) > keysKeptMs && !note.anyway) note.conflict = 'done'
      else note.conflict = conflictOf(note, tasks)
      await putNote(note)
      if (!note.conflict && !(await send(note))) return
    }
  }

  async function sendAll(): Promise<void> {
    if (running) return
    running = true
    try {
      await alone(sendEach)
    } finally {
      running = false
    }
  }

  async function refresh(): Promise<void> {
    const kept = await notesOf(owner)
    for (const note of [...list]) if (!kept.some((one) => one.key === note.key)) list.splice(list.indexOf(note), 1)
    for (const note of kept) if (!list.some((one) => one.key === note.key)) list.push(note)
  }

  /** Kept first, sent afterwards. */
  async function put(note: Note): Promise<void> {
    await putNote(note)
    const at = list.findIndex((one) => one.key === note.key)
    if (at < 0) list.push(note)
    else list.splice(at, 1, note)
    if (!note.draft) void sendAll()
  }

  async function again(note: Note, anyway = false): Promise<void> {
    Object.assign(note, { fault: '', faults: {}, conflict: '', anyway: note.anyway || anyway })
    await putNote(note)
    await sendAll()
  }

  async function drop(note: Note): Promise<void> {
    list.splice(list.indexOf(note), 1)
    await dropNote(note)
  }

  const blank = (register: string, task: string, label: string, seen: number): Note => ({
    v: 1, key: newKey(), owner, register, task, label, at: new Date().toISOString(), draft: true, data: {}, photos: [], photoColumn: '',
    raise: null, raising: false, phone: '', record: '', tried: false, seen, conflict: '', anyway: false, fault: '', faults: {},
  })

  /** What an older version of this page kept, taken over once. */
  async function takeOver(): Promise<void> {
    const key = `junma.field.${owner}`
    const old = JSON.parse(localStorage.getItem(key) ?? '[]') as Note[]
    for (const one of old) await putNote({ ...blank(one.register, one.task, one.label, 0), ...one, v: 1, owner, draft: false, photos: [], tried: true, fault: '' })
    localStorage.removeItem(key)
  }

  async function begin(): Promise<void> {
    await takeOver().catch(() => undefined)
    await refresh()
    void sendAll()
  }
  return { list, busy, begin, blank, put, again, drop, sendAll, stop: whenBack(() => void sendAll()) }
}
