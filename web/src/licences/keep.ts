// The wallet on this telephone. A key is made here whose secret half cannot leave the browser; the zone
// signs a pass that names its other half; from both the page makes codes without a connection, each signed
// a moment ago, so that a picture of one is soon worth nothing. Kept in IndexedDB, only when asked for.
import { licences, type Licence } from './api'

export interface Kept {
  id: string
  licence: Licence
  token: string
  /** the pass holds until then */
  until: string
  at: number
}

const codeSeconds = 60

/** Needs a page served over https (or localhost): without it browsers keep no keys. */
export const canKeep = (): boolean => window.isSecureContext && 'indexedDB' in window && !!crypto.subtle

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('junma-wallet', 1)
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('keys')
      asked.result.createObjectStore('cards', { keyPath: 'id' })
    }
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function within<T>(store: 'keys' | 'cards', mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const asked = work(db.transaction(store, mode).objectStore(store))
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
  } finally {
    db.close()
  }
}

const toUrl64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

async function deviceKey(): Promise<CryptoKeyPair> {
  const held = (await within('keys', 'readonly', (s) => s.get('device'))) as CryptoKeyPair | undefined
  if (held) return held
  const made = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await within('keys', 'readwrite', (s) => s.put(made, 'device'))
  return made
}

export async function cards(): Promise<Kept[]> {
  if (!canKeep()) return []
  return (await within('cards', 'readonly', (s) => s.getAll())) as Kept[]
}

export async function card(id: string): Promise<Kept | null> {
  if (!canKeep()) return null
  return ((await within('cards', 'readonly', (s) => s.get(id))) as Kept | undefined) ?? null
}

/** Keeps what is valid, forgets what no longer is. */
export async function keep(mine: Licence[]): Promise<void> {
  const key = await deviceKey()
  const point = toUrl64(await crypto.subtle.exportKey('raw', key.publicKey))
  const held = new Set(mine.filter((one) => one.status === 'valid').map((one) => one.id))
  for (const old of await cards()) if (!held.has(old.id)) await within('cards', 'readwrite', (s) => s.delete(old.id))
  for (const licence of mine.filter((one) => held.has(one.id))) {
    const pass = await licences.pass(licence.id, point)
    await within('cards', 'readwrite', (s) =>
      s.put({ id: licence.id, licence: JSON.parse(JSON.stringify(licence)), token: pass.token, until: pass.until, at: Date.now() } satisfies Kept),
    )
  }
  await offlinePages()
}

export async function forget(): Promise<void> {
  await within('cards', 'readwrite', (s) => s.clear())
  await within('keys', 'readwrite', (s) => s.clear())
  const all = (await navigator.serviceWorker?.getRegistrations()) ?? []
  await Promise.all(all.filter((one) => one.scope.endsWith('/wallet')).map((one) => one.unregister()))
  await caches.delete('junma-wallet')
}

/** A code of this very moment. */
export async function codeOf(kept: Kept): Promise<string> {
  const told = `${kept.token}.${Math.floor(Date.now() / 1000).toString(36)}`
  const key = await deviceKey()
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, new TextEncoder().encode(told))
  return `${told}.${toUrl64(signature)}`
}

export const renewEvery = codeSeconds

/** The pages themselves, for the time without a connection: what is loaded now is what the wallet needs. */
async function offlinePages(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = await navigator.serviceWorker.register('/wallet-offline.js', { scope: '/wallet' })
  const worker = registration.installing ?? registration.waiting ?? registration.active
  await import('./HeldPage.vue')
  const loaded = performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)
  worker?.postMessage({ keep: [...new Set(loaded.filter((path) => path.startsWith('/assets/')))] })
}
