// Reading something for a page: its value, whether it is on its way, and what went wrong.
import { getCurrentScope, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiError } from '@/api/client'
import { whenBack } from './connection'

export interface Loading<T> {
  value: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  /** true while the first reading is under way: show a skeleton */
  waiting: Ref<boolean>
  /** true during any reading */
  busy: Ref<boolean>
  load: () => Promise<void>
}

/**
 * Runs `read`; the newest call wins and aborts the one before. The old value stays while the new one is
 * on its way, so that nothing jumps. A reading that failed for want of a connection is repeated on return.
 */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  const waiting = ref(true)
  let control: AbortController | null = null

  async function load(): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    busy.value = true
    try {
      const found = await read(mine.signal)
      if (mine !== control) return
      value.value = found
      error.value = null
    } catch (cause) {
      if (mine !== control || mine.signal.aborted) return
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause
    } finally {
      if (mine === control) busy.value = waiting.value = false
    }
  }

  if (getCurrentScope()) {
    const stop = whenBack(() => error.value?.passing && void load())
    onScopeDispose(() => {
      stop()
      control?.abort()
    })
  }
  return { value, error, waiting, busy, load }
}
