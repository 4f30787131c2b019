// What every browser test uses: pages in a size and a language, sign-in, screenshots that a person looks at
// afterwards, axe-core, and the runner that counts.
//
// A spec file's default export is a list of [name, async (tools) => …]. `tools` gives `open` and `browser`. Failures
// carry what was expected; a picture of the failing page is kept in shots/.
//
// A spec waits for what it expects to see, never for a while: the machine may be quick or busy.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import jsqr from 'jsqr'
import { Warm } from './warm.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const shots = join(here, 'shots')
mkdirSync(shots, { recursive: true })

export const base = process.env.JUNMA_BASE ?? 'http://127.0.0.1:8080'
export const password = process.env.JUNMA_PASSWORD ?? ''
const pictures = process.env.JUNMA_SHOTS !== 'no'
const specMs = 900_000 // a spec that hangs ends, and the others go on

export { sizes } from './warm.mjs'

export class Fault extends Error {}

export function check(condition, what) {
  if (!condition) throw new Fault(what)
}

/**
 * Programs that a page loads, by the browser's events; what it asks with fetch is counted in the page (warm.mjs). What a
 * page asked for before it was left for another does not count. Of the script of a worker the browser tells no end when
 * the page was left meanwhile.
 */
class Scripts {
  constructor(page) {
    this.pending = new Set()
    page.on('request', (request) => {
      if (request.isNavigationRequest()) return this.pending.clear()
      if (request.resourceType() === 'script' && !/-worker-[^/]*js$/.test(request.url())) this.pending.add(request)
    })
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => this.pending.delete(request))
  }

  get open() {
    return [...this.pending].map((request) => request.url())
  }
}

/** What the page's document asks for just now, and a word that changes with each question it has asked. */
export async function reading(page) {
  const [open, asked] = await page.evaluate(() => {
    const { open: addresses, begun } = window.reading?.() ?? { open: [], begun: 0 }
    return [addresses, `${performance.timeOrigin} ${begun}`]
  })
  return { open: [...open, ...page.scripts.open], asked }
}

/** Errors of the page itself make its test fail. */
function watch(page) {
  page.broken = []
  page.scripts = new Scripts(page)
  page.on('pageerror', (error) => page.broken.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_INTERNET/.test(text)) page.broken.push(text)
  })
  return page
}

export async function go(page, path, heading = true) {
  await page.goto(base + path)
  if (heading) await page.locator('main h1').first().waitFor()
}

/** Waits until nothing is being read any more: no placeholder, no request under way, and the page stands still. */
export async function settle(page) {
  for (const begun = Date.now(); ; ) {
    await page.waitForFunction(() => !document.querySelector('html[data-going], .skeleton, [aria-busy=true]'))
    await still(page)
    const open = (await reading(page)).open.filter((url) => url.includes('/api/'))
    if (!open.length) return
    check(Date.now() - begun < 60_000, `${page.url()} is still reading ${open}`)
  }
}

/** Waits until the page has stood still for 100 ms of its own time and two frames, be the machine slow or quick. */
export const still = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const frames = (left) => (left ? requestAnimationFrame(() => frames(left - 1)) : (watcher.disconnect(), done()))
        let timer = setTimeout(frames, 100, 2)
        const watcher = new MutationObserver(() => {
          clearTimeout(timer)
          timer = setTimeout(frames, 100, 2)
        })
        watcher.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
      }),
  )

/** For what is asked of the server beside a page: asks until it is so. */
export async function until(so, what) {
  for (const begun = Date.now(); !(await so()); await new Promise((done) => setTimeout(done, 100)))
    check(Date.now() - begun < 60_000, `${what} did not come`)
}

/** A session of its own for calling the interface beside the pages, as another person would. */
export async function asPerson(browser, login, secret = password) {
  const { request } = await browser.newContext() // closed with the spec
  const said = await request.post(`${base}/api/session`, { data: { login, password: secret } })
  check(said.ok(), `${login} cannot sign in: ${await said.text()}`)
  const headers = { 'X-CSRF-Token': (await said.json()).csrf }
  return {
    get: async (path) => (await request.get(base + path)).json(),
    post: async (path, data = {}) => {
      const answer = await request.post(base + path, { data, headers })
      check(answer.ok(), `${login} POST ${path}: ${await answer.text()}`)
      return answer.json()
    },
    /** a body that is no JSON, or not to be taken as such */
    send: async (path, text, type, { method = 'POST', headers: more = {} } = {}) => {
      const answer = await request.fetch(base + path, { method, data: Buffer.from(text), headers: { ...headers, ...more, 'Content-Type': type } })
      check(answer.ok(), `${login} ${method} ${path}: ${await answer.text()}`)
    },
  }
}

/** What only time does, such as a notice period that ends: changes the sample's database beside the server. */
export function passTime(sql, ...values) {
  const change = 'import json, sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=10) as db: db.execute(sys.argv[2], json.loads(sys.argv[3]))'
  execFileSync('python3', ['-c', change, join(process.env.JUNMA_DATA, 'junma.db'), sql, JSON.stringify(values)])
}

/** Signs in by the page's own form; `next` is where one lands. For tests of the signing in itself. */
export async function signInByForm(page, login, secret = password, next = '/') {
  await go(page, `/login?next=${encodeURIComponent(next)}`)
  await page.locator('#login').fill(login)
  await page.locator('#password').fill(secret)
  await page.locator('form button[type=submit]').click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}

/** The same without the form, for tests of what comes behind it; the page stays where it is. */
export async function signInFast(page, login, secret = password) {
  const said = await page.context().request.post(`${base}/api/session`, { data: { login, password: secret } })
  check(said.ok(), `${login} cannot sign in: ${await said.text()}`)
}

/** And opens `next`. */
export async function signIn(page, login, secret = password, next = '/') {
  await signInFast(page, login, secret)
  await page.goto(base + next)
}

/** What a camera would read from the code on the page. */
export async function readCode(page) {
  await page.locator('[data-code] svg').waitFor()
  const drawn = await page.locator('[data-code] svg').evaluate((svg) => ({
    size: Number(svg.getAttribute('viewBox').split(' ')[2]),
    path: svg.querySelector('path').getAttribute('d'),
  }))
  const scale = 4
  const side = drawn.size * scale
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y] of drawn.path.matchAll(/M(\d+) (\d+)h1/g)) {
    for (let i = 0; i < scale; i++) {
      for (let j = 0; j < scale; j++) pixels.fill(0, ((Number(y) * scale + i) * side + Number(x) * scale + j) * 4, ((Number(y) * scale + i) * side + Number(x) * scale + j) * 4 + 3)
    }
  }
  const read = (jsqr.default ?? jsqr)(pixels, side, side)
  check(read, 'the code can be read')
  return read.data
}

/** signInFast as somebody, whoever was signed in before, and opens `path`. */
export async function enter(page, login, path) {
  await page.context().clearCookies()
  await signInFast(page, login)
  await go(page, path)
}

const picture = (page, name, whole) => page.screenshot({ path: join(shots, `${name}.png`), fullPage: whole, animations: 'disabled' })

/** For people who look at the pages; a run over all files takes none unless asked to, see ./run. */
export const shoot = async (page, name, whole = true) => pictures && picture(page, name, whole)

/**
 * axe-core with the rules of WCAG 2.1 A and AA; returns the faults in words. Most of its time goes into naming all
 * elements that are well, so names are made in a second run, if there is a fault. It reads all style sheets again
 * (`preload`) for one rule, that no style asks which way the device is held: that is asked of the rules directly.
 */
export async function axe(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const run = (selectors) =>
    page.evaluate(async (selectors) => {
      const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']
      const { violations } = await window.axe.run(document, { runOnly, selectors, resultTypes: ['violations'], preload: false })
      const held = [...document.styleSheets].some((sheet) => [...sheet.cssRules].some((rule) => /orientation/.test(rule.media?.mediaText ?? '')))
      return [...violations, ...(held ? [{ id: 'css-orientation-lock', impact: 'serious', nodes: [] }] : [])]
    }, selectors)
  const found = (await run(false)).length ? await run(true) : []
  return found.map((fault) => `${fault.id} (${fault.impact}): ${fault.nodes.slice(0, 3).map((node) => node.target.join(' ')).join('; ')}`)
}

const looked = new Set() // states of this file's pages that axe-core has seen

/**
 * `where` ends with the language when a page is looked at in both: elements, names and colours are those of the same
 * templates, so axe-core looks at the first. What differs, how long the words are, is the question of checkWidth.
 */
export async function checkAxe(page, where) {
  const state = where.replace(/ (zh-CN|en)$/, '')
  if (state !== where && looked.has(state)) return
  looked.add(state)
  const faults = await axe(page)
  check(!faults.length, `${where}: ${faults.join(' | ')}`)
}

/** Nothing may stick out to the right: the page never scrolls sideways. */
export async function checkWidth(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  check(over <= 0, `${where}: sticks out by ${over} px`)
}

export function checkWhole(page, where) {
  check(!page.broken.length, `${where}: errors on the page: ${page.broken.join(' | ')}`)
}

const late = () => {
  let timer
  const promise = new Promise((_, fail) => (timer = setTimeout(() => fail(new Fault(`is not through after ${specMs / 1000} s`)), specMs)))
  return { promise, clear: () => clearTimeout(timer) }
}

/** Runs a file's specs one after the other and says how each went; returns how many passed and failed. */
export async function runSpecs(file, only, warm, say) {
  let passed = 0
  let failed = 0
  looked.clear()
  for (const [name, body] of (await import(file)).default) {
    if (only && !name.includes(only)) continue
    const pages = []
    const open = async (options) => {
      const page = watch(await warm.open(options))
      pages.push(page)
      return page
    }
    const begun = Date.now()
    const limit = late()
    let well = true
    try {
      await Promise.race([body({ open, browser: warm.browser, say }), limit.promise])
      pages.forEach((page) => checkWhole(page, name))
      passed++
      say(`ok   ${name} (${Date.now() - begun} ms)`)
    } catch (error) {
      well = false
      failed++
      say(`FAIL ${name} (${Date.now() - begun} ms): ${error instanceof Fault ? error.message : (error?.stack ?? error)}`)
      for (const [at, page] of pages.entries()) {
        say(`     page ${at}: ${page.url()}`)
        await picture(page, `fail-${name.replace(/\W+/g, '-')}-${at}`, true).catch(() => {})
      }
    }
    limit.clear()
    await warm.release(well)
  }
  return { passed, failed }
}
