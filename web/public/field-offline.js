// Opens the pages of work in the field without a connection. It keeps the program's own files and nothing else:
// never an answer of /api/, so nothing that could be out of date is shown as if it were not, and nothing of a
// person stands in its store. What a page knows of a person's day is kept by the page itself (shared/away.ts).
//
//   field-offline.json   made by the build: the version, the entry, and every file that these pages need
//   junma-field-VERSION  a whole set of them; it counts only once its last file, the mark, is there
//
// With a connection the page always comes from the server, so a new version of the program shows at once; the
// new set is fetched beside the old one and takes its place when it is whole. Without one, or when the server does
// not answer within a few seconds, the newest whole set opens.
const prefix = 'junma-field-'
const mark = '/field-offline-whole'
const patience = 5000

const fresh = (path) => fetch(new Request(path, { cache: 'no-cache' }))

async function wholeSet() {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix)).reverse()
  for (const name of names) {
    const set = await caches.open(name)
    if (await set.match(mark)) return set
  }
  return null
}

let running = null

/** Fetches the newest set if it is not there; of several calls one works. */
function renew() {
  running ??= fetchSet().finally(() => (running = null))
  return running
}

async function fetchSet() {
  const answer = await fresh('/field-offline.json')
  if (!answer.ok) throw new Error('the list of files is not there')
  const { version, entry, files } = await answer.json()
  const name = prefix + version
  const set = await caches.open(name)
  if (!(await set.match(mark))) {
    const page = await fresh('/index.html')
    const text = await page.clone().text()
    // between two versions: the page is not the one that the list is of
    if (!page.ok || !text.includes(entry)) throw new Error('the page and the list of files do not fit')
    await set.put('/index.html', page)
    const old = await wholeSet()
    for (const path of files) {
      if (await set.match(path)) continue
      const kept = path.startsWith('/assets/') && old ? await old.match(path) : null
      if (kept) await set.put(path, kept)
      else await set.add(path)
    }
    await set.put(mark, new Response(version))
  }
  const others = (await caches.keys()).filter((other) => other.startsWith(prefix) && other !== name)
  await Promise.all(others.map((other) => caches.delete(other)))
}

self.addEventListener('install', (event) => {
  event.waitUntil(renew())
  self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', (event) => {
  if (event.data && event.data.renew) event.waitUntil(renew().catch(() => undefined))
})

async function keptPage() {
  const set = await wholeSet()
  return set ? set.match('/index.html') : undefined
}

/** The server's page; the kept one when the server is away, too slow, or says that it is out of order. */
async function page(request) {
  const asked = fetch(request)
  const late = new Promise((resolve) => setTimeout(() => resolve(null), patience))
  try {
    const answer = await Promise.race([asked, late])
    if (answer && answer.status < 500) return answer
    return (await keptPage()) ?? (answer || asked)
  } catch (fault) {
    const kept = await keptPage()
    if (kept) return kept
    throw fault
  }
}

async function asset(request) {
  const set = await wholeSet()
  return (set && (await set.match(request))) ?? fetch(request)
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (url.origin !== location.origin || event.request.method !== 'GET') return
  if (event.request.mode === 'navigate') event.respondWith(page(event.request))
  else if (url.pathname.startsWith('/assets/') || url.pathname === '/mark.svg') event.respondWith(asset(event.request))
})
