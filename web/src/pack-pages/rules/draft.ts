// One definition file as a draft sees it: read, changed, saved by itself a moment after the last change.
// A draft is begun with the first change. What is not yet saved survives a reload and a lost connection;
// what somebody else changed meanwhile is never overwritten without being asked.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils'
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, type Ref } from 'vue'
import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Id, PackDraft } from '@/api/types'
import { whenBack } from '@/shared/connection'
import { dropKept, keep, kept } from '@/shared/kept'

/** still: as it is in use; saved: in the draft; waiting, saving; offline: kept here until it can be sent;
 *  conflict: somebody else changed it; fault: the server said no */
export type SaveState = 'still' | 'waiting' | 'saving' | 'saved' | 'offline' | 'conflict' | 'fault'

const PAUSE_MS = 1200
const digest = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

interface Pending {
  text: string
  seen: string
  draft: Id | null
}

export function useDraftFile(path: () => string, title: () => string, wanted: Ref<Id | null>) {
  const drafts = shallowRef<PackDraft[]>([])
  const draft = shallowRef<PackDraft | null>(null)
  const text = ref('') // as the server has it
  const state = ref<SaveState>('still')
  const error = shallowRef<ApiError | null>(null)
  let seen = ''
  let pending: string | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let running: Promise<void> | null = null

  const key = (): string => `draft.${path()}`
  const unsaved = computed(() => ['waiting', 'saving', 'offline', 'conflict', 'fault'].includes(state.value))
  const changed = computed(() => draft.value?.files.find((file) => file.path === path()) ?? null)

  function choose(): PackDraft | null {
    const mine = drafts.value.filter((one) => one.mine)
    return (
      drafts.value.find((one) => one.id === wanted.value) ??
      mine.find((one) => one.files.some((file) => file.path === path())) ??
      mine[0] ??
      null
    )
  }

  async function read(): Promise<void> {
    drafts.value = (await api.packDrafts()).items
    draft.value = choose()
    text.value = await api.packFile(path(), { draft: draft.value?.id })
    seen = digest(text.value)
    state.value = changed.value ? 'saved' : 'still'
    error.value = null
    const left = kept<Pending>(key())
    if (!left || left.text === text.value) return dropKept(key())
    pending = left.text
    seen = left.seen
    text.value = left.text
    await save()
  }

  function change(fresh: string): void {
    if (fresh === (pending ?? text.value)) return
    pending = fresh
    if (state.value !== 'conflict') state.value = 'waiting'
    keep(key(), { text: fresh, seen, draft: draft.value?.id ?? null } satisfies Pending)
    if (timer) clearTimeout(timer)
    if (state.value !== 'conflict') timer = setTimeout(() => void save(), PAUSE_MS)
  }

  async function send(match: string): Promise<void> {
    const sent = pending
    if (sent === null) return
    state.value = 'saving'
    try {
      draft.value ??= await api.createPackDraft(title())
      draft.value = await api.putPackFile(draft.value.id, path(), sent, match)
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause
      state.value = cause.passing ? 'offline' : cause.status === 412 ? 'conflict' : 'fault'
      return
    }
    text.value = sent
    seen = digest(sent)
    error.value = null
    if (pending === sent) {
      pending = null
      dropKept(key())
      state.value = changed.value ? 'saved' : 'still'
    } else {
      await send(seen)
    }
  }

  /** Resolves when what was changed so far is saved or cannot be. */
  async function save(match?: string): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    while (running) await running
    running = send(match ?? seen).finally(() => (running = null))
    await running
  }

  /** After a conflict: mine over theirs, or theirs. */
  const keepMine = (): Promise<void> => save('*')
  async function takeTheirs(): Promise<void> {
    pending = null
    dropKept(key())
    await read()
  }

  async function revert(): Promise<void> {
    if (draft.value) draft.value = await api.revertPackFile(draft.value.id, path())
    await takeTheirs()
  }

  const stop = whenBack(() => state.value === 'offline' && void save())
  const guard = (event: BeforeUnloadEvent): void => {
    if (unsaved.value) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', guard))
  onBeforeUnmount(() => {
    stop()
    window.removeEventListener('beforeunload', guard)
    if (timer) void save()
  })
  return { drafts, draft, text, state, error, unsaved, changed, read, change, save, keepMine, takeTheirs, revert }
}
export type DraftFile = ReturnType<typeof useDraftFile>
