// The program on this device: kept by a service worker, so that the page opens without a connection; and whether the
// program that runs here is still the server's.
import { ref } from 'vue'

/** ready: opens without a connection; insecure: the address is not https; none: this browser cannot; failed: not yet */
export type Kept = 'asking' | 'ready' | 'insecure' | 'none' | 'failed'

const entry = (): string => new URL(document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src ?? '', location.href).pathname

async function whole(): Promise<boolean> {
  for (const name of await caches.keys())
    if (name.startsWith('junma-field-') && (await (await caches.open(name)).match('/field-offline-whole'))) return true
  return false
}

export function useKeptProgram() {
  const kept = ref<Kept>('asking')
  const newer = ref(false)

  async function keep(): Promise<void> {
    if (!window.isSecureContext) return void (kept.value = 'insecure')
    if (!('serviceWorker' in navigator) || !('caches' in window)) return void (kept.value = 'none')
    try {
      const scope = location.pathname.replace(/[^/]*$/, '')
      const registration = await navigator.serviceWorker.register('/field-offline.js', { scope, updateViaCache: 'none' })
      registration.active?.postMessage({ renew: true })
      await navigator.serviceWorker.ready
      kept.value = (await whole()) ? 'ready' : 'failed'
    } catch {
      kept.value = (await whole()) ? 'ready' : 'failed'
    }
  }

  /** Asked when the page opens and when the connection is back. */
  async function look(): Promise<void> {
    try {
      const answer = await fetch('/field-offline.json', { cache: 'no-cache' })
      if (answer.ok) newer.value = ((await answer.json()) as { entry: string }).entry !== entry()
    } catch {
      // out of reach: the program here goes on
    }
  }
  return { kept, newer, keep, look }
}
