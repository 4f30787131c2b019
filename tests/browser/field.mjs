// Work in the field: the page opens without a connection, a note is kept and sent once, conflicts are told, a shared
// phone keeps nothing of the one before, a new program does not hide behind an old one; today's duties.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signInByForm, signInFast, until } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`field: ${name}`, body])

async function person(open, path, { login = 'jingfa1', ...options } = {}) {
  const page = await open({ size: 'phone', fresh: path.endsWith('/my_visits'), ...options }) // opens without a connection: by a worker
  await signInFast(page, login)
  await go(page, path)
  return page
}

spec('a visit is written without a signal, said to wait, and sent once', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits')
  await page.locator('.tasks li').first().waitFor()
  await checkAxe(page, 'visits')
  await checkWidth(page, 'visits')
  await shoot(page, 'visits-phone-zh', false)
  const label = await page.locator('.tasks li strong').first().innerText()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: `写记录:${label}` }).click()
  await page.locator('#field-form .brief').waitFor() // what the campaign asks for, also without a signal
  await page.locator('#record-how').selectOption('site')
  await page.locator('#record-met').fill('示例厂长')
  await page.locator('#record-mood').selectOption('strained')
  await page.locator('#record-about').fill('订单平稳,晚班用工紧张。')
  await page.locator('#record-problem').fill('晚班工人难招,希望组织专场招聘')
  await page.locator('#record-topic').selectOption('labour')
  await page.getByLabel('转为企业诉求').check()
  await page.locator('#field-phone').fill('0791-83811111')
  await checkAxe(page, 'note')
  await shoot(page, 'visits-note-phone-zh', false)
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('1条记录还没有发出').waitFor()
  await page.getByText('还没有发出', { exact: true }).first().waitFor()
  await settle(page)
  await shoot(page, 'visits-offline-phone-zh', false)
  await page.context().setOffline(false)
  await page.getByText(`已发出:${label}`).waitFor()
  await page.getByText('1条记录还没有发出').waitFor({ state: 'detached' })
  const notes = await page.evaluate(async () => {
    const where = JSON.stringify([{ column: 'about', compare: 'holds', value: '晚班用工紧张' }])
    const answer = await fetch(`/api/registers/visit_note/records?where=${encodeURIComponent(where)}`)
    return (await answer.json()).items
  })
  check(notes.length === 1, `one note was made, not ${notes.length}`)
  check(notes[0].data.requests_open === 1, 'and one request from it')
})

/** Waits until the page itself is on the device: it then opens without a connection. */
const keptWhole = (page) => page.getByText('没有网络时也能打开本页').waitFor()

/** Waits until what is being written stands in the device's store. */
const draftKept = (page, words) =>
  until(() => page.evaluate(async (about) => {
    const heard = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)))
    const db = await heard(indexedDB.open('junma-field'))
    const notes = db.objectStoreNames.contains('notes') ? await heard(db.transaction('notes').objectStore('notes').getAll()) : []
    db.close()
    return notes.some((note) => note.data.about === about)
  }, words), 'the draft in the store')

/** What Chromium says of calls that found no connection is no fault of the page. */
const forgive = (page) => (page.broken = page.broken.filter((text) => !/ERR_|Failed to fetch|offline/i.test(text)))

async function write(page, label, words, more = async () => {}) {
  await page.getByRole('button', { name: `写记录:${label}`, exact: true }).click()
  await page.locator('#record-how').selectOption('site')
  await page.locator('#record-mood').selectOption('good')
  await page.locator('#record-about').fill(words)
  await more()
  await page.getByRole('button', { name: '保存' }).click()
}

const notesOf = (page, words) =>
  page.evaluate(async (value) => {
    const where = JSON.stringify([{ column: 'about', compare: 'holds', value }])
    const answer = await fetch(`/api/registers/visit_note/records?where=${encodeURIComponent(where)}`)
    return (await answer.json()).items
  }, words)

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

spec('the page opens without a connection, takes a note with a photograph over a reload, and sends it once', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits')
  await keptWhole(page)
  const label = await page.locator('.tasks li strong').nth(1).innerText()
  await page.context().setOffline(true)
  await page.goto(`${base}/desk/p/my_visits`)
  await page.locator('.tasks li').first().waitFor()
  check(/名单是.*存下的/.test(await page.locator('.said').innerText()), 'it is said how old the list is')
  await settle(page)
  await checkAxe(page, 'opened without a connection')
  await checkWidth(page, 'opened without a connection')
  await shoot(page, 'visits-away-phone-zh', false)
  await write(page, label, '断网重开后写的记录', async () => {
    await page.locator('#field-form input[type=file]').setInputFiles({ name: 'gate.png', mimeType: 'image/png', buffer: picture })
    await page.locator('.photos img').waitFor()
    await draftKept(page, '断网重开后写的记录')
    await shoot(page, 'visits-photo-phone-zh', false)
  })
  await page.getByText('1条记录还没有发出').waitFor()
  await page.goto(`${base}/desk/p/my_visits`)
  await page.getByText('1条记录还没有发出').waitFor()
  check(/1张照片/.test(await page.locator('.waiting').innerText()), 'the photograph waits with it')
  await shoot(page, 'visits-waiting-phone-zh', false)
  await page.context().setOffline(false)
  await page.getByText(`已发出:${label}`).waitFor()
  await page.getByText('1条记录还没有发出').waitFor({ state: 'detached' })
  const notes = await notesOf(page, '断网重开后写的记录')
  check(notes.length === 1, `one note was made, not ${notes.length}`)
  check(notes[0].data.photos.length === 1, 'with its photograph')
  forgive(page)
})

spec('an answer that was not heard makes no second note; half a note is offered again', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits')
  await page.locator('.tasks li').first().waitFor()
  const label = await page.locator('.tasks li strong').first().innerText()
  let lost = 0
  await page.context().route('**/api/registers/visit_note/records', async (route) => {
    if (route.request().method() !== 'POST' || lost) return route.continue()
    lost++
    await route.fetch() // the server has it; the telephone does not hear so
    await route.abort('connectionreset')
  })
  await page.getByRole('button', { name: `写记录:${label}`, exact: true }).click()
  await page.locator('#record-about').fill('回答丢失的记录')
  await draftKept(page, '回答丢失的记录')
  await page.reload()
  await page.getByRole('button', { name: `继续写:${label}` }).click()
  check((await page.locator('#record-about').inputValue()) === '回答丢失的记录', 'what was typed is there')
  await page.locator('#record-how').selectOption('site')
  await page.locator('#record-mood').selectOption('good')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText(`已发出:${label}`).waitFor()
  check(lost === 1, 'an answer was lost')
  check((await notesOf(page, '回答丢失的记录')).length === 1, 'one note was made')
  forgive(page)
})

spec('somebody else was there meanwhile: the writer decides; what the server refuses can be mended', async ({ open, browser }) => {
  const page = await person(open, '/desk/p/my_visits')
  await page.locator('.tasks li').first().waitFor()
  const label = await page.locator('.tasks li strong').first().innerText()
  const task = await page.evaluate(async () => (await (await fetch('/api/registers/visit/records?list=mine')).json()).items.find((item) => !item.data.notes).data.number)
  await page.context().setOffline(true)
  await write(page, label, '两个人都去了')
  await page.getByText('1条记录还没有发出').waitFor()
  const other = await asPerson(browser, 'jingfa2')
  const today = await page.evaluate(() => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10))
  await other.post('/api/registers/visit_note/records', { data: { visit: task, visited_on: today, how: 'site', mood: 'good', about: '同事先去了' } })
  await page.context().setOffline(false)
  await page.getByText('现在已有别人的走访记录').waitFor()
  await settle(page)
  await checkAxe(page, 'a conflict')
  await checkWidth(page, 'a conflict')
  await shoot(page, 'visits-conflict-phone-zh', false)
  check(!(await notesOf(page, '两个人都去了')).length, 'nothing was sent before it was decided')
  await page.getByRole('button', { name: `仍然发送:${label}` }).click()
  await page.getByText(`已发出:${label}`).waitFor()
  check((await notesOf(page, '两个人都去了')).length === 1, 'then it was sent')
  const next = await page.locator('.tasks li strong').first().innerText()
  await write(page, next, '明天的走访', () => page.locator('#record-visited_on').fill('2099-01-01'))
  await page.getByText('没有收下').waitFor()
  await page.getByRole('button', { name: `修改:${next}` }).click()
  await page.locator('#record-visited_on').fill(today)
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText(`已发出:${next}`).waitFor()
  forgive(page)
})

spec('a server that fails is said to, nothing is lost, and what waits goes out once by itself', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits', { login: 'yingji1' })
  await page.locator('.tasks li').first().waitFor()
  const label = await page.locator('.tasks li strong').first().innerText()
  await page.clock.install()
  let failed = 0
  await page.context().route('**/api/registers/visit_note/records', async (route) => {
    if (route.request().method() !== 'POST' || failed) return route.continue()
    failed++
    await route.fetch() // what became of it nobody knows: the server has it, something between answers for it
    await route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' })
  })
  await write(page, label, '服务器出错时的记录')
  await page.getByText('服务器这次没有办成:服务器处理时出错。').waitFor()
  await page.getByText('1条记录还没有发出').waitFor()
  check(!(await page.getByRole('button', { name: `修改:${label}` }).count()), 'what the server may have is not changed')
  await checkAxe(page, 'a server that fails')
  await checkWidth(page, 'a server that fails')
  await shoot(page, 'visits-failed-phone-zh', false)
  await page.clock.fastForward(20_000)
  await page.getByText(`已发出:${label}`).waitFor()
  check((await notesOf(page, '服务器出错时的记录')).length === 1, 'one note was made')
  forgive(page)
})

spec('a session that ended keeps the note, and two windows send it once and both say so', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits', { login: 'yingji1' })
  await page.locator('.tasks li').first().waitFor()
  const label = await page.locator('.tasks li strong').first().innerText()
  const other = await page.context().newPage()
  await go(other, '/desk/p/my_visits')
  await other.locator('.tasks li').first().waitFor()
  await page.context().clearCookies()
  await write(page, label, '会话结束后的记录')
  await page.getByText('登录已过期').waitFor()
  await other.getByText('1条记录还没有发出').waitFor()
  await signInFast(page, 'yingji1')
  await page.reload()
  await page.getByText(`已发出:${label}`).waitFor()
  await other.getByText('1条记录还没有发出').waitFor({ state: 'detached' })
  check((await notesOf(page, '会话结束后的记录')).length === 1, 'one note was made')
  forgive(page)
})

spec('a shared phone: signing out leaves nothing of the day, and notes only if one says so', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits')
  await keptWhole(page)
  const label = await page.locator('.tasks li strong').first().innerText()
  await page.context().setOffline(true)
  await write(page, label, '退出前没有发出的记录')
  await page.getByText('1条记录还没有发出').waitFor()
  await page.locator('.menu summary').click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('heading', { name: '还有1条记录没有发出' }).waitFor()
  await checkAxe(page, 'leaving')
  await shoot(page, 'visits-leave-phone-zh', false)
  await page.getByRole('button', { name: '留着并退出' }).click()
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith('junma.away')))
  await until(() => page.evaluate(async () => !(await caches.keys()).some((name) => name.startsWith('junma-field-'))), 'an empty cache')
  await page.context().setOffline(false)
  await page.goto(`${base}/desk/p/my_visits`)
  await page.locator('#login').waitFor()
  check((await page.context().cookies()).every((cookie) => cookie.name !== 'junma_session' || !cookie.value), 'the server was told on return')
  await signInByForm(page, 'jianguan1', password, '/desk/p/my_visits')
  await page.locator('.page h1').waitFor()
  await settle(page)
  check(!(await page.locator('.waiting').count()), 'another is not shown the note')
  check(!(await notesOf(page, '退出前没有发出')).length, 'and does not send it')
  await page.locator('.menu summary').click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.locator('.enter').waitFor()
  await signInByForm(page, 'jingfa1', password, '/desk/p/my_visits')
  await page.getByText(`已发出:${label}`).waitFor()
  check((await notesOf(page, '退出前没有发出')).length === 1, 'its writer sends it')
  forgive(page)
})

spec('a new version of the program shows at once, and is what opens without a connection afterwards', async ({ open }) => {
  const page = await person(open, '/desk/p/my_visits')
  await keptWhole(page)
  const file = `${process.env.JUNMA_WEB}/index.html`
  const list = `${process.env.JUNMA_WEB}/field-offline.json`
  const [index, named] = [readFileSync(file, 'utf8'), readFileSync(list, 'utf8')]
  const packed = [file, list].map((path) => [`${path}.gz`, existsSync(`${path}.gz`) ? readFileSync(`${path}.gz`) : null])
  packed.forEach(([path]) => rmSync(path, { force: true }))
  try {
    writeFileSync(file, index.replace('<div id="app">', '<div id="app" data-newer>'))
    writeFileSync(list, JSON.stringify({ ...JSON.parse(named), version: 'newer' }))
    await page.goto(`${base}/desk/p/my_visits`)
    await page.locator('#app[data-newer]').waitFor()
    await until(() => page.evaluate(async () => (await caches.keys()).join() === 'junma-field-newer'), 'the newer program in the cache')
    await page.context().setOffline(true)
    await page.goto(`${base}/desk/p/my_visits`)
    await page.locator('#app[data-newer]').waitFor()
    await page.getByText('没有网络。名单是').waitFor()
    await page.context().setOffline(false)
    writeFileSync(list, JSON.stringify({ ...JSON.parse(named), version: 'later', entry: '/assets/later.js' }))
    await page.goto(`${base}/desk/p/my_visits`)
    await page.getByText('程序有新版本').waitFor()
    const names = await page.evaluate(() => caches.keys())
    check(names.includes('junma-field-newer'), 'what does not fit together takes no place')
  } finally {
    writeFileSync(file, index)
    writeFileSync(list, named)
    packed.forEach(([path, bytes]) => bytes && writeFileSync(path, bytes))
  }
  forgive(page)
})

spec("today's duties: what was missed, what is due, one press", async ({ open }) => {
  const page = await person(open, '/desk/p/today', { size: 'desk' })
  await page.locator('.duty').nth(3).waitFor()
  await checkAxe(page, 'today')
  await shoot(page, 'duty-today-1440-zh', false)
  await page.getByRole('button', { name: '检查', exact: true }).click()
  const missed = Number(await page.locator('.counts .missed .n').innerText())
  check(missed > 0, 'something was missed')
  await page.locator('section.missed .duty').first().getByRole('button').click()
  await page.locator('dialog select').selectOption('false')
  await page.locator('dialog').getByRole('button', { name: '完成' }).click()
  await page.locator('dialog .fault').first().waitFor()
  await page.locator('dialog #record-note').fill('示例:一处未关,已整改')
  await page.locator('dialog').getByRole('button', { name: '完成' }).click()
  await page.getByText('已记录').waitFor()
  await settle(page)
  check(Number(await page.locator('.counts .missed .n').innerText()) === missed - 1, 'it is missed no more')
})

spec('a report that is due is handed in with a note', async ({ open }) => {
  const page = await person(open, '/desk/p/reports_due', { size: 'desk' })
  await page.locator('.duty').nth(2).waitFor()
  await checkAxe(page, 'reports due')
  await shoot(page, 'duty-reports-1440-zh', false)
  const first = page.locator('section:not(.done) .duty').first()
  const what = await first.locator('a').innerText()
  await first.getByRole('button', { name: /^报送/ }).click()
  await page.locator('#record-note').fill('示例:已按要求报送')
  await page.setInputFiles('dialog input[type=file]', { name: '示例.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
  await checkAxe(page, 'handing in')
  await page.getByRole('button', { name: '报送', exact: true }).click()
  await page.getByText(`已记录:${what}`).waitFor()
})

spec('supplies come, returns are checked, one press each', async ({ open }) => {
  const page = await person(open, '/desk/p/duty_supplies')
  await page.getByRole('button', { name: '已到位' }).first().waitFor()
  await checkAxe(page, 'supplies')
  await checkWidth(page, 'supplies')
  await shoot(page, 'duty-supplies-phone-zh', false)
  await page.getByRole('button', { name: '已到位', exact: true }).first().click()
  await page.getByRole('button', { name: '确认:已到位' }).click()
  await page.getByText('已办:已到位').waitFor()
  await go(page, '/desk/p/duty_returns?state=checked')
  await page.getByRole('button', { name: '准予到岗' }).first().click()
  await page.locator('#record-works_on').fill('2026-12-01')
  await checkAxe(page, 'returns')
  await shoot(page, 'duty-returns-phone-zh', false)
  await page.getByRole('button', { name: '确认:准予到岗' }).click()
  await page.getByText('已办:准予到岗').waitFor()
})

for (const language of ['zh-CN', 'en'])
  spec(`today on a phone in ${language}`, async ({ open }) => {
    const page = await person(open, '/desk/p/today', { language })
    await page.locator('.duty').first().waitFor()
    const often = await page.locator('main').innerText()
    check(!/每1|every 1 |\b1 \w*days\b/.test(often), 'what recurs each day is said as people speak')
    await page.getByText(language === 'en' ? /every (working )?day\b/ : /每天一次|每个工作日一次/).first().waitFor()
    await checkAxe(page, `today phone ${language}`)
    await checkWidth(page, `today phone ${language}`)
    await shoot(page, `duty-today-phone-${language}`, false)
  })

export default specs
