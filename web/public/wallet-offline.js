// Serves the wallet's pages without a connection. Only pages under /wallet and the named, unchanging files
// under /assets/; never an answer of /api/, so nothing that could be out of date is shown as if it were not.
const store = 'junma-wallet'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(store).then((cache) => cache.add(new Request('/wallet', { cache: 'reload' }))))
  self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', (event) => {
  const paths = (event.data && event.data.keep) || []
  event.waitUntil(caches.open(store).then((cache) => Promise.all(paths.slice(0, 200).map((path) => cache.add(path).catch(() => undefined)))))
})

async function pageOrKept(request) {
  const cache = await caches.open(store)
  try {
    const fresh = await fetch(request)
    if (fresh.ok) await cache.put('/wallet', fresh.clone())
    return fresh
  } catch (fault) {
    const kept = await cache.match('/wallet')
    if (kept) return kept
    throw fault
  }
}

async function keptOrFresh(request) {
  const cache = await caches.open(store)
  const kept = await cache.match(request)
  if (kept) return kept
  const fresh = await fetch(request)
  if (fresh.ok) await cache.put(request, fresh.clone())
  return fresh
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (url.origin !== location.origin || event.request.method !== 'GET') return
  if (event.request.mode === 'navigate') event.respondWith(pageOrKept(event.request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(keptOrFresh(event.request))
})
