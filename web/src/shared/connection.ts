// Is the server within reach? The browser's own flag knows only of the cable; failed calls tell more.
// While out of reach /healthz is asked every few seconds, and `whenBack` listeners run on return.
import { readonly, ref } from 'vue'

const reachable = ref(navigator.onLine)
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | null = null
let wait = 2000

export const online = readonly(reachable)

export function noteReached(yes: boolean): void {
  if (yes) return back()
  reachable.value = false
  if (!timer) timer = setTimeout(probe, wait)
}

export function whenBack(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function back(): void {
  if (timer) clearTimeout(timer)
  timer = null
  wait = 2000
  if (reachable.value) return
  reachable.value = true
  listeners.forEach((listener) => listener())
}

async function probe(): Promise<void> {
  timer = null
  try {
    const answer = await fetch('/healthz', { cache: 'no-store' })
    if (answer.ok) return back()
  } catch {
    // still out of reach
  }
  wait = Math.min(wait * 1.5, 30_000)
  if (!timer) timer = setTimeout(probe, wait)
}

window.addEventListener('offline', () => noteReached(false))
window.addEventListener('online', () => void probe())
