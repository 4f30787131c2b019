// Live changes. One EventSource serves all listeners of the page; it is opened with the first
// listener and closed with the last. The browser reconnects by itself; where it gives up
// (the server said no, e.g. while restarting) we try again, ever more slowly.
import { onBeforeUnmount, onMounted, readonly, ref, watch } from 'vue'
import type { LiveCase } from '@/api/types'
import { account } from './session'

export type LiveState = 'off' | 'connecting' | 'live'

const state = ref<LiveState>('off')
const listeners = new Set<(change: LiveCase) => void>()
const told = new Set<() => void>()
const resumed = new Set<() => void>()
let source: EventSource | null = null
let retry: ReturnType<typeof setTimeout> | null = null
let wait = 1000
let broke = false

export const liveState = readonly(state)

function open(): void {
  state.value = 'connecting'
  source = new EventSource('/api/events')
  source.onopen = () => {
    state.value = 'live'
    wait = 1000
    if (broke) resumed.forEach((listener) => listener())
    broke = false
  }
  source.addEventListener('case', (event) => {
    const change = JSON.parse((event as MessageEvent<string>).data) as LiveCase
    listeners.forEach((listener) => listener(change))
  })
  source.addEventListener('notice', () => told.forEach((listener) => listener()))
  source.onerror = () => {
    broke = true
    state.value = 'connecting'
    if (source?.readyState !== EventSource.CLOSED) return
    source = null
    retry = setTimeout(open, wait)
    wait = Math.min(wait * 2, 60_000)
  }
}

function close(): void {
  if (retry) clearTimeout(retry)
  retry = null
  source?.close()
  source = null
  state.value = 'off'
}

/**
 * Calls `changed` for every case that changes while the component is shown, and `back` after a broken
 * connection was mended (what happened meanwhile is unknown: fetch again).
 */
export function useLive(changed: (change: LiveCase) => void, back?: () => void): void {
  onMounted(() => {
    listeners.add(changed)
    if (back) resumed.add(back)
    if (!source && !retry) open()
  })
  onBeforeUnmount(() => {
    listeners.delete(changed)
    if (back) resumed.delete(back)
    if (!listeners.size && !told.size) close()
  })
}

/** Calls `heard` when this account has been told something new, and after a broken connection was mended. */
export function useTold(heard: () => void): void {
  onMounted(() => {
    told.add(heard)
    resumed.add(heard)
    if (account.value && !source && !retry) open()
  })
  watch(account, (now) => {
    if (now && told.size && !source && !retry) open()
    if (!now) close()
  })
  onBeforeUnmount(() => {
    told.delete(heard)
    resumed.delete(heard)
    if (!listeners.size && !told.size) close()
  })
}
