// What every browser test uses: one Chromium, pages in a size and a language, sign-in, screenshots that a
// person looks at afterwards, axe-core, and the runner that counts.
//
// A spec file's default export is a list of [name, async (tools) => …]. `tools` gives `open`, `check` and
// `base`. Failures carry what was expected; a picture of the failing page is kept in shots/.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const shots = join(here, 'shots')
mkdirSync(shots, { recursive: true })

export const base = process.env.JUNMA_BASE ?? 'http://127.0.0.1:8080'
export const password = process.env.JUNMA_PASSWORD ?? ''

export const sizes = {
  phone: { width: 360, height: 740 },
  tablet: { width: 768, height: 1024 },
  desk: { width: 1440, height: 900 },
  wall: { width: 3840, height: 1080 },
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
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

export class Fault extends Error {}

export function check(condition, what) {
  if (!condition) throw new Fault(what)
}

/** A fresh browser context with one page. Errors of the page itself make its test fail. */
export async function openPage(browser, { size = 'phone', language = 'zh-CN', dark = false } = {}) {
  const context = await browser.newContext({
    viewport: sizes[size],
    locale: language,
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
    hasTouch: size === 'phone',
  })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  page.broken = []
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

/** Waits until nothing is being read any more (live events keep the network busy for ever). */
export async function settle(page) {
  await page.waitForFunction(() => !document.querySelector('.skeleton'))
  await page.waitForTimeout(250)
}

/** A session of its own for calling the interface beside the pages, as another person would. */
export async function asPerson(browser, login, secret = password) {
  const { request } = await browser.newContext()
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
  }
}

/** Signs in by the page's own form; `next` is where one lands. */
export async function signIn(page, login, secret = password, next = '/') {
  await go(page, `/login?next=${encodeURIComponent(next)}`)
  await page.locator('#login').fill(login)
  await page.locator('#password').fill(secret)
  await page.locator('form button[type=submit]').click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}

export const shoot = (page, name, whole = true) =>
  page.screenshot({ path: join(shots, `${name}.png`), fullPage: whole, animations: 'disabled' })

/** axe-core with the rules of WCAG 2.1 A and AA; returns the faults in words. */
export async function axe(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const found = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
  )
  return found.violations.map(
    (fault) => `${fault.id} (${fault.impact}): ${fault.nodes.slice(0, 3).map((node) => node.target.join(' ')).join('; ')}`,
  )
}

export async function checkAxe(page, where) {
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

/** Runs the specs one after the other; returns how many passed and failed. */
export async function runSpecs(files, only) {
  const browser = await launch()
  let passed = 0
  let failed = 0
  for (const file of files) {
    const specs = (await import(file)).default
    for (const [name, body] of specs) {
      if (only && !name.includes(only)) continue
      const pages = []
      const open = async (options) => {
        const page = await openPage(browser, options)
        pages.push(page)
        return page
      }
      const begun = Date.now()
      try {
        await body({ open, browser })
        pages.forEach((page) => checkWhole(page, name))
        passed++
        console.log(`ok   ${name} (${Date.now() - begun} ms)`)
      } catch (error) {
        failed++
        console.log(`FAIL ${name}: ${error instanceof Fault ? error.message : (error?.stack ?? error)}`)
        for (const [at, page] of pages.entries()) {
          await shoot(page, `fail-${name.replace(/\W+/g, '-')}-${at}`).catch(() => {})
        }
      }
      await Promise.all(pages.map((page) => page.context().close()))
    }
  }
  await browser.close()
  return { passed, failed }
}
