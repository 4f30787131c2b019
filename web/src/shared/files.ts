// Files on their way: chosen, sent with progress, kept on failure for another try, taken away again.
// A file that failed for want of a connection is sent by itself when the connection is back.
import { computed, getCurrentScope, onScopeDispose, reactive } from 'vue'
import { ApiError, upload } from '@/api/client'
import type { Attachment, Id } from '@/api/types'
import { whenBack } from './connection'
import { explainShort } from './explain'
import { formatBytes } from './format'
import { t } from './i18n'

export interface Sending {
  key: number
  name: string
  bytes: number
  state: 'sending' | 'done' | 'failed' | 'waiting'
  share: number
  fault: string
  preview: string
  id: Id | null
  type: string
}

export const fileBytesMax = 20 * 1024 * 1024

export function useFiles(most = 10) {
  const list = reactive<Sending[]>([])
  const sources = new Map<number, File>()
  const controls = new Map<number, AbortController>()
  let last = 0

  const ids = computed(() => list.flatMap((item) => (item.id ? [item.id] : [])))
  const pending = computed(() => list.filter((item) => item.state !== 'done').length)

  async function send(item: Sending): Promise<void> {
    const file = sources.get(item.key)
    if (!file) return
    const control = new AbortController()
    controls.set(item.key, control)
    Object.assign(item, { state: 'sending', share: 0, fault: '' })
    try {
      const kept = await upload(file, (share) => (item.share = share), control.signal)
      Object.assign(item, { state: 'done', share: 1, id: kept.id, type: kept.type })
    } catch (cause) {
      if (!(cause instanceof ApiError)) return
      item.state = cause.passing ? 'waiting' : 'failed'
      item.fault = explainShort(cause)
    }
  }

  function add(files: Iterable<File>): void {
    for (const file of files) {
      const item = reactive<Sending>({
        key: ++last,
        name: file.name,
        bytes: file.size,
        state: 'sending',
        share: 0,
        fault: '',
        preview: /^image\/(jpeg|png|webp)$/.test(file.type) ? URL.createObjectURL(file) : '',
        id: null,
        type: file.type,
      })
      list.push(item)
      if (list.length > most) Object.assign(item, { state: 'failed', fault: t('shared.files.tooMany', { n: most }) })
      else if (file.size > fileBytesMax) {
        Object.assign(item, { state: 'failed', fault: t('shared.files.tooBig', { most: formatBytes(fileBytesMax) }) })
      } else {
        sources.set(item.key, file)
        void send(item)
      }
    }
  }

  /** Puts back what a draft remembers: files that are with the server already. */
  function restore(kept: Attachment[]): void {
    for (const file of kept) {
      list.push({
        key: ++last,
        name: file.name,
        bytes: file.bytes,
        state: 'done',
        share: 1,
        fault: '',
        preview: '',
        id: file.id,
        type: file.type,
      })
    }
  }

  function remove(item: Sending): void {
    controls.get(item.key)?.abort()
    sources.delete(item.key)
    if (item.preview) URL.revokeObjectURL(item.preview)
    list.splice(list.indexOf(item), 1)
  }

  function clear(): void {
    ;[...list].forEach(remove)
  }

  const kept = (): Attachment[] =>
    list.flatMap(({ id, name, type, bytes }) => (id ? [{ id, name, type, bytes }] : []))

  if (getCurrentScope()) {
    const stop = whenBack(() => list.filter((item) => item.state === 'waiting').forEach((item) => void send(item)))
    onScopeDispose(() => {
      stop()
      list.forEach((item) => item.preview && URL.revokeObjectURL(item.preview))
    })
  }
  return { list, ids, pending, add, send, remove, clear, restore, kept }
}

export type Files = ReturnType<typeof useFiles>
