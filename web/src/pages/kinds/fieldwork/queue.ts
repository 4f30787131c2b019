// Sending what waits. Once and only once: the key of a note is its idempotency key, one page of the browser sends at
// a time, and what was sent without hearing the answer goes out again under the same key. Before a note goes out the
// list is read again; where somebody else has been there meanwhile, or the task has gone from the list, the writer
// decides. A server that fails (5xx, too late) has said neither yes nor no: the note stays as it is, `held` says why,
// and it goes out again under the same key after a while.
import { reactive, ref } from 'vue'
import { api } from '@/api'
import { ApiError, newKey, upload } from '@/api/client'
import { raiseCase } from '@/registers/api'
import { whenBack } from '@/shared/connection'
import { explain, explainShort } from '@/shared/explain'
import { t } from '@/shared/i18n'
import { account, sureAccount } from '@/shared/session'
import { dropNote, notesOf, putNote, whenChanged, type Note } from './store'

/** After that long the server no longer remembers keys: whoever wrote it looks first. */
const keysKeptMs = 12 * 86_400_000
/** When the server failed, it is tried again after so long, and twice as long each time. */
const againMs = { first: 15_000, most: 300_000 }

export interface Hooks {
  /** the list as it is now: how often each task was done, by its key */
  fresh: () => Promise<Map<string, number>>
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
  /** why nothing goes out although there is a connection */
  const held = ref('')
  let running = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = againMs.first

  /** The server said neither yes nor no. */
  const unsaid = (cause: ApiError): boolean => cause.passing || cause.status >= 500

  function hold(cause: ApiError): void {
    if (cause.failure === 'offline' || cause.status === 401) return // the page says so itself, and what waits goes out on return
    const { title } = explain(cause)
    held.value = title + (/[。.!?！？]$/.test(title) ? '' : t('shared.stop'))
    clearTimeout(timer)
    timer = setTimeout(() => void sendAll(), wait)
    wait = Math.min(wait * 2, againMs.most)
  }

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
    if (cause.status === 401) return
    if (unsaid(cause)) return hold(cause)
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
      return !unsaid(cause) && cause.status !== 401
    } finally {
      busy.value = ''
    }
  }

  async function sendEach(): Promise<void> {
    if ((await sureAccount())?.id !== owner) return
    await refresh() // another window may have sent some
    const ready = list.filter((note) => !note.draft && !note.fault)
    if (!ready.length) return
    let tasks: Map<string, number>
    try {
      tasks = await hooks.fresh()
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      return hold(cause)
    }
    held.value = ''
    for (const note of ready) {
      const old = note.tried && Date.now() - Date.parse(note.at) > keysKeptMs && !note.anyway
      const conflict = old ? 'done' : conflictOf(note, tasks)
      note.conflict = conflict
      await putNote(note)
      if (!conflict && !(await send(note))) return
    }
    wait = againMs.first
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
    for (const note of kept) {
      const known = list.find((one) => one.key === note.key)
      if (!known) list.push(note)
      else if (busy.value !== note.key) Object.assign(known, note)
    }
  }

  /**
   * Kept first, sent afterwards. Where another window has finished or sent the note meanwhile, what is written here is a
   * note of its own. Gives the key that it has.
   */
  async function put(note: Note, wasDraft = note.draft): Promise<string> {
    const stored = (await notesOf(owner)).find((one) => one.key === note.key)
    if (!stored || stored.tried || stored.draft !== wasDraft) note.key = newKey()
    await putNote(note)
    const at = list.findIndex((one) => one.key === note.key)
    if (at < 0) list.push(note)
    else list.splice(at, 1, note)
    if (!note.draft) void sendAll()
    return note.key
  }

  async function again(note: Note, anyway = false): Promise<void> {
    await refresh()
    if (!list.some((one) => one.key === note.key)) return // another window has sent it
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
  const stops = [whenBack(() => void sendAll()), whenChanged(() => void refresh()), () => clearTimeout(timer)]
  return { list, busy, held, begin, blank, put, again, drop, sendAll, stop: () => stops.forEach((stop) => stop()) }
}
