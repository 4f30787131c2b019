// Chromium, kept warm: a renderer that has just started takes seconds to compile the program and to find its
// fonts, one that has shown a page takes a tenth. So the pages of finished specs are emptied and taken again, by
// language and touch (the rest of a page's look can be set on it).
//
// What one spec leaves does not reach the next: cookies, stored things, routes, listeners, being offline. Workers of a
// page (offline use) are blocked here, and a spec's scripts that run before a page's own cannot be taken away again: who
// needs either opens with {fresh: true} and gets a context of its own.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

export const sizes = {
  phone: { width: 360, height: 740 },
  tablet: { width: 768, height: 1024 },
  desk: { width: 1440, height: 900 },
  wall: { width: 3840, height: 1080 },
}
const restPath = '/mark.svg' // a page of the site without a program
const heard = ['console', 'dialog', 'download', 'filechooser', 'pageerror', 'popup', 'request', 'requestfailed', 'requestfinished', 'response']
const waitMs = 30_000 // for a state; long, as the machine may be busy, and only a failing test waits so long

// Chromium takes the last --disable-features only: these are Playwright's, then spare renderers, which cost more
// than they save where the pages are of one site.
const unwanted = ['AcceptCHFrame', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'DialMediaRouteProvider',
  'GlobalMediaControls', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'Translate',
  'AutoDeElevate', 'RenderDocument', 'SpareRendererForSitePerProcess', 'OptimizationHints']
const flags = [
  '--headless',
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-compositing', // maps are drawn by software, the rest needs no such detour
  '--process-per-site',
  `--disable-features=${unwanted.join(',')}`,
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function executable() {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  return found.find((path) => path && existsSync(path)) ?? null
}

export const launch = () => chromium.launch({ executablePath: executable(), args: flags })

/**
 * In every page, before its own program: `window.reading` says what this document asks for. Events of the browser are
 * no measure of it: of a request that the document before left behind, the end is sometimes never told.
 */
function countFetches() {
  const open = new Map()
  const { fetch } = window
  let begun = 0
  window.reading = () => ({ begun, open: [...open.values()] })
  window.fetch = async (...asked) => {
    const number = ++begun
    open.set(number, String(asked[0]?.url ?? asked[0]))
    const end = () => open.delete(number)
    const answer = await fetch(...asked).catch((error) => {
      end()
      throw error
    })
    answer.clone().arrayBuffer().then(end, end)
    return answer
  }
}

async function newContext(browser, { size, language, dark }, more) {
  const context = await browser.newContext({
    viewport: sizes[size],
    locale: language,
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
    hasTouch: size === 'phone',
    ...more,
  })
  await context.addInitScript(countFetches)
  return context
}

/** Pages for the specs of one worker, against the server at `base`. */
export class Warm {
  constructor(browser, base) {
    this.browser = browser
    this.base = base
    this.idle = []
    this.taken = []
  }

  async #take(look) {
    const key = `${look.language} ${look.size === 'phone'}`
    const at = this.idle.findIndex((one) => one.key === key)
    if (at >= 0) return this.idle.splice(at, 1)[0]
    const context = await newContext(this.browser, { ...look, dark: false }, { serviceWorkers: 'block' })
    return { key, context, page: await context.newPage() }
  }

  /** A page as in a browser that was never here. */
  async open({ size = 'phone', language = 'zh-CN', dark = false, fresh = false } = {}) {
    const look = { size, language, dark }
    const one = fresh ? { context: await newContext(this.browser, look) } : await this.#take(look)
    this.taken.push(one)
    one.context.setDefaultTimeout(waitMs)
    const page = one.page ?? (await one.context.newPage())
    if (fresh) return page
    await page.setViewportSize(sizes[size])
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
    return page
  }

  async #empty({ context, page }) {
    heard.forEach((event) => page.removeAllListeners(event))
    await Promise.all(context.pages().filter((one) => one !== page).map((one) => one.close()))
    await context.setOffline(false)
    await context.unrouteAll()
    await page.unrouteAll()
    await context.clearPermissions()
    await context.clearCookies()
    await page.goto(this.base + restPath)
    await page.evaluate(async () => {
      sessionStorage.clear()
      localStorage.clear()
      const gone = (name) => new Promise((done) => (Object.assign(indexedDB.deleteDatabase(name), { onsuccess: done, onerror: done, onblocked: done })))
      await Promise.all((await indexedDB.databases()).map(({ name }) => gone(name)))
      await Promise.all((await caches.keys()).map((name) => caches.delete(name)))
    })
  }

  /** Empties what the last spec took; what cannot be emptied, or is its own, is closed. */
  async release(well = true) {
    for (const one of this.taken.splice(0)) {
      const again = well && one.page && (await this.#empty(one).then(() => true, () => false))
      if (again) this.idle.push(one)
      else await one.context.close().catch(() => {})
    }
    const ours = new Set(this.idle.map((one) => one.context))
    await Promise.all(this.browser.contexts().filter((one) => !ours.has(one)).map((one) => one.close().catch(() => {})))
  }
}
