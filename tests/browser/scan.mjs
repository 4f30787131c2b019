// Every page of every role's account, in both languages: no text key stands where a text belongs, nothing says
// "undefined", no answer is a refusal, no script fails. Addresses are those of the routes in web/src and of the
// pages, registers and cases that the account has, so that what is added is looked at, too.
//
// One load an account; from page to page as by a link, which takes a tenth of the time. A page that several accounts
// have is opened by each of them (with JUNMA_ALL=1, as by ./test --all; else by the first); the first turns it into the other language as well, by the switch that people use.
// Half of the pages are opened in English, and then turned into Chinese.
//
// A page of the pack (/p/) is drawn from its definition and from what the interface answers. For the next account that
// has it, what it asked for is asked again: if all answers have the form of one that was looked at, nothing new would
// be seen. If one is refused or has another form, the page is opened.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { base, check, reading, signInFast } from './lib.mjs'

const web = join(dirname(fileURLToPath(import.meta.url)), '../../web/src')
const sets = readdirSync(join(web, 'locales/en')).map((file) => file.replace(/\.ts$/, ''))
const rawKey = new RegExp(`(?<![\\w/.@-])(?:${sets.join('|')})\\.[a-z][A-Za-z0-9_]*(?:\\.[A-Za-z0-9_-]+)*(?![\\w/])`, 'g')
const files = /\.(json|dmn|bpmn|sql|csv|md|xlsx|pdf|geojson|zip)$/
const wrong = /\[object \w+\]|\bundefined\b|\bNaN\b|Invalid Date|\{\{|\}\}/g

/** Addresses without parameters, and the permission that each asks for: what the files of routes say. */
function fixedRoutes() {
  const found = new Map()
  for (const file of readdirSync(web, { recursive: true }))
    if (/routes\.ts$|router\.ts$/.test(file))
      for (const [, path, rest] of readFileSync(join(web, file), 'utf8').matchAll(/path: '(\/[^':*]*)',((?:(?!path:)[^])*)/g))
        if (path !== '/p' && !path.startsWith('/login') && !path.endsWith('/file')) // those say in the query what they show
          found.set(path, rest.match(/permission: '([^']*)'/)?.[1])
  return found
}
const all = process.env.JUNMA_ALL
const isOfPack = (path) => /\/p\//.test(path)
const houseOf = (path) => ['desk', 'cockpit', 'pack'].find((house) => path.startsWith(`/${house}`)) ?? 'hall'

async function json(request, path) {
  const answer = await request.get(base + path)
  return answer.ok() ? answer.json() : { items: [] }
}

/** What this account can open. */
async function addresses(request, session, seen) {
  const houses = new Set(session?.houses ?? ['hall'])
  const may = (permission) => !permission || (session?.permissions ?? []).includes(permission)
  const pages = (await json(request, '/api/pages')).items.map((page) => `${page.house === 'hall' ? '' : `/${page.house}`}/p/${page.page}`)
  const fixed = [...fixedRoutes()].filter(([, permission]) => may(permission)).map(([path]) => path)
  const found = [...fixed, ...pages].filter((path) => houses.has(houseOf(path)))
  if (houses.has('desk')) {
    for (const register of (await json(request, '/api/registers')).items) {
      const at = `/desk/registers/${register.code}`
      if (seen.has(at) && seen.get(at) !== session.login) continue // one look at each will do
      seen.set(at, session.login)
      found.push(at)
      const [first] = (await json(request, `/api/registers/${register.code}/records?limit=1`)).items
      if (first) found.push(`${at}/${first.id}`)
    }
  }
  const [one] = (await json(request, '/api/cases?limit=1')).items
  if (one) found.push(`${houses.has('desk') ? '/desk' : '/hall'}/cases/${one.id}`)
  return [...new Set(found)]
}

/** In the page: waits for three frames without a placeholder, and not on the way to another, and gives all texts, also those not seen. */
const said = async () => {
  const begun = Date.now()
  const made = () => !document.querySelector('html[data-going], .skeleton')
  for (let still = 0; still < 3; still = made() ? still + 1 : 0) {
    await new Promise(requestAnimationFrame)
    if (Date.now() - begun > 60_000) return null
  }
  const parts = [...document.querySelectorAll('[aria-label], [title], [placeholder], option, .sr-only')].flatMap((el) => [
    el.getAttribute('aria-label'), el.getAttribute('title'), el.getAttribute('placeholder'), el.textContent,
  ])
  return [document.title, document.body.innerText, ...parts.filter(Boolean)].join('\n')
}

/** Which fields there are, of what type, and whether lists are empty: what decides what a page draws. */
function form(value) {
  if (value === null || typeof value !== 'object') return value === null ? '' : typeof value
  if (!Array.isArray(value)) return Object.fromEntries(Object.keys(value).sort().map((key) => [key, form(value[key])]))
  const all = {}
  for (const item of value) {
    const one = form(item)
    if (typeof one !== 'object') return [one]
    for (const [key, type] of Object.entries(one)) all[key] ||= type
  }
  return value.length ? [all] : []
}

const follow = (to) => {
  history.pushState(null, '', to)
  dispatchEvent(new PopStateEvent('popstate', { state: null }))
}

/** One page for all accounts, one after the other, and what goes wrong in it. */
class Visitor {
  constructor(page) {
    this.page = page
    this.faults = []
    this.at = '' // who is where
    this.count = 0 // of looks
    this.alike = 0 // pages that would have been drawn as for another
    this.asked = new Set() // by the page that is looked at
    this.forms = new Map() // address -> form of its answer, for this account
    this.drawn = new Map() // page -> forms of the answers it was drawn from, each as [address, form][]
    page.on('request', (request) => {
      request.from = this.at
      const { pathname, search } = new URL(request.url())
      if (request.method() === 'GET' && /^\/api\/(?!.*events)/.test(pathname)) this.asked.add(pathname + search)
    })
    page.on('response', (answer) => {
      const request = answer.request()
      const expected = !this.login && answer.status() === 401 && answer.url().endsWith('/api/session')
      if (answer.status() >= 400 && !expected) this.faults.push(`${request.from}: ${answer.status()} ${request.method()} ${new URL(answer.url()).pathname}`)
    })
  }

  async enter(login) {
    this.login = login
    this.forms.clear()
    this.at = `${login ?? 'nobody'} /receipt`
    await this.page.goto(`${base}/mark.svg`) // what the page before still asks for is not the next one's
    await this.page.context().clearCookies()
    if (login) await signInFast(this.page, login)
    await this.page.goto(`${base}/receipt`)
    await this.page.locator('main h1').first().waitFor()
  }

  language() {
    return this.page.evaluate(() => document.documentElement.lang)
  }

  /** All texts, when nothing was asked for any more while they were read. */
  async #texts() {
    let after = await reading(this.page)
    for (const begun = Date.now(); Date.now() - begun < 60_000; ) {
      const before = after
      const text = await this.page.evaluate(said)
      after = await reading(this.page)
      if (text !== null && !after.open.length && after.asked === before.asked) return text
    }
    this.faults.push(`${this.at}: is not ready after 60 s, it reads ${after.open}`)
    return ''
  }

  async #look(where, act) {
    this.at = where
    this.count++
    await act()
    const text = await this.#texts()
    for (const [found] of text.matchAll(rawKey)) if (!files.test(found)) this.faults.push(`${where}: text key ${found}`)
    for (const [found] of text.matchAll(wrong)) this.faults.push(`${where}: “${found}”`)
    for (const error of this.page.broken.splice(0)) this.faults.push(`${where}: ${error}`)
  }

  async #form(address) {
    if (!this.forms.has(address)) {
      const answer = await this.page.request.get(base + address)
      const text = await answer.text()
      const json = answer.headers()['content-type']?.includes('json')
      const whole = !json || /^\/api\/pages\/\w+$/.test(address) // a definition decides with its values, too
      this.forms.set(address, !answer.ok() ? 'refused' : whole ? text : JSON.stringify(form(JSON.parse(text))))
    }
    return this.forms.get(address)
  }

  async #drawnAlike(path) {
    for (const answers of this.drawn.get(path) ?? []) {
      let alike = true
      for (const [address, was] of answers) alike &&= (await this.#form(address)) === was
      if (alike) return true
    }
    return false
  }

  async open(path) {
    const ofPack = isOfPack(path)
    if (ofPack && (await this.#drawnAlike(path))) return void this.alike++
    this.asked.clear()
    const where = `${this.login ?? 'nobody'} ${await this.language()} ${path}`
    await this.#look(where, () => this.page.evaluate(follow, path))
    if (!ofPack) return
    const answers = await Promise.all([...this.asked].map(async (address) => [address, await this.#form(address)]))
    this.drawn.set(path, [...(this.drawn.get(path) ?? []), answers])
  }

  async turn(path) {
    const other = (await this.language()) === 'en' ? 'zh-CN' : 'en'
    await this.#look(`${this.login ?? 'nobody'} ${other} ${path}`, async () => {
      await this.page.evaluate(() => document.querySelector('button.switch').click())
      await this.page.waitForFunction((lang) => document.documentElement.lang === lang, other)
    })
  }
}

async function everything({ open, say }) {
  const { demoAccounts } = await (await fetch(`${base}/api/zone`)).json()
  const roles = [...new Map(demoAccounts.map((one) => [one.role, one])).values()]
  const page = await open({ size: 'desk' })
  await page.context().route(/\.(woff2?|png|jpg)$/, (route) => route.abort())
  const visitor = new Visitor(page)
  const seen = new Map()
  const turned = new Set()
  for (const account of [...roles, null]) {
    await visitor.enter(account?.login)
    const { request } = page.context()
    const session = account && (await json(request, '/api/session')).account
    if (account) check(session?.login === account.login, `${account.login} is signed in`)
    for (const path of await addresses(request, session, seen)) {
      const again = turned.has(path)
      if (again && !all && !isOfPack(path)) continue
      await visitor.open(path)
      if (again) continue
      turned.add(path)
      await visitor.turn(path)
    }
  }
  const { count, alike, faults } = visitor
  check(count + alike > (all ? 700 : 500), `only ${count} pages were opened, ${alike} alike`)
  check(!faults.length, `${faults.length} faults on ${count} pages:\n  ${[...new Set(faults)].slice(0, 120).join('\n  ')}`)
  say(`     ${count} looks, ${alike} pages are drawn as for another account`)
}

export default [['scan: every page of every role in both languages', everything]]
