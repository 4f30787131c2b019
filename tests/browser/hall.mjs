// The Hall from a phone: a request from question to receipt, drafts, a lost connection, faults at their
// fields, the case followed, rated; pages in both languages and three sizes against axe and sideways scrolling.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signInByForm, signInFast } from './lib.mjs'

let contact = process.env.JUNMA_CONTACT ?? ''

async function asContact(open, options, enter = signInFast) {
  const page = await open(options)
  if (!contact) {
    const zone = await (await page.request.get(`${base}/api/zone`)).json()
    contact = zone.demoAccounts.find((one) => one.role === 'contact')?.login ?? ''
    check(contact, 'the sample zone names no account of an enterprise contact')
  }
  await enter(page, contact)
  return page
}

async function fill(page, title) {
  await page.locator('#f-title').fill(title)
  await page.locator('#f-content').fill('从上周五开始,每天下午两点左右跳闸一次,影响两条生产线,希望尽快查明原因。')
}

async function forward(page) {
  await page.locator('form button[type=submit]').click()
}

/** Photographs are checked by content, so a real one is made: one red pixel as PNG. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
)

async function send(page, title) {
  await go(page, '/hall/new/request?topic=power')
  await fill(page, title)
  await forward(page)
  await page.locator('#f-place').fill('三号厂房')
  await forward(page)
  await page.locator('#f-contact_phone').fill('13800001234')
  await forward(page)
  await page.locator('article.sent').waitFor()
}

const specs = []
const spec = (name, body) => specs.push([`hall: ${name}`, body])

spec('a guest sees the question, the topics and where to sign in', async ({ open }) => {
  const page = await open()
  await go(page, '/')
  await page.locator('.groups a').first().waitFor()
  check((await page.locator('h1').innerText()) === '您需要办什么?', 'the one question')
  check(await page.locator('footer').innerText().then((text) => text.includes('示例数据')), 'sample data is named')
  check((await page.title()).startsWith('服务大厅') || (await page.title()).includes('您需要'), `title: ${await page.title()}`)
  await checkAxe(page, 'home')
  await checkWidth(page, 'home')
  await shoot(page, 'hall-guest-360-zh')
})

spec('a wrong password is told in words and nothing is lost', async ({ open }) => {
  const page = await open()
  await go(page, '/login')
  await page.locator('#login').fill('nobody')
  await page.locator('#password').fill('wrong-password-1')
  await page.locator('form button[type=submit]').click()
  const note = page.locator('[role=alert]')
  await note.waitFor()
  check((await note.innerText()).length > 5, 'words')
  check((await page.locator('#login').inputValue()) === 'nobody', 'the login stays')
})

spec('three thoughts to an accepted request: number, deadline, unit, receipt', async ({ open }) => {
  const page = await asContact(open, {}, signInByForm)
  await go(page, '/hall/new/request?topic=power')
  check((await page.locator('#f-topic').inputValue()) === 'power', 'the topic is filled in')
  await forward(page)
  check((await page.evaluate(() => document.activeElement.id)) === 'f-title', 'the focus goes to the first fault')
  await fill(page, '三号厂房每天下午跳闸')
  await shoot(page, 'hall-new-1-360-zh')
  await forward(page)
  await page.locator('input[type=file]').setInputFiles({ name: '配电箱.png', mimeType: 'image/png', buffer: pixel })
  await page.getByText('已上传').waitFor()
  await shoot(page, 'hall-new-2-360-zh')
  await forward(page)
  check((await page.locator('#f-contact_name').inputValue()).length > 0, 'the contact is filled in')
  await page.locator('#f-contact_phone').fill('13800001234')
  await checkAxe(page, 'new')
  await forward(page)
  const sent = page.locator('article.sent')
  await sent.waitFor()
  const text = await sent.innerText()
  check(/Q\d{4}-\d{5}-\w/.test(text), `a number: ${text}`)
  check(/\d{4}年\d{1,2}月\d{1,2}日/.test(text) && /\d+个工作日内/.test(text), `a deadline in both forms: ${text}`)
  check((await page.evaluate(() => document.activeElement.tagName)) === 'H1', 'the focus is on the heading')
  await checkAxe(page, 'sent')
  await checkWidth(page, 'sent')
  await shoot(page, 'hall-sent-360-zh')
  check((await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')))).length === 0, 'the draft is gone')
  await page.locator('a.receipt').click()
  await page.locator('[data-verdict]').waitFor()
  check((await page.locator('[data-verdict]').getAttribute('data-verdict')) === 'proved', 'the receipt verifies')
  await checkAxe(page, 'receipt')
  await checkWidth(page, 'receipt')
  await shoot(page, 'receipt-360-zh')
})

spec('the server has the last word: its fault stands at its field, the focus there', async ({ open }) => {
  const page = await asContact(open)
  await go(page, '/hall/new/request')
  await fill(page, '电话写错的诉求')
  await forward(page)
  await page.locator('#f-place').waitFor()
  await forward(page)
  await page.locator('#f-contact_phone').fill('12')
  await forward(page)
  const fault = page.locator('#f-contact_phone-fault')
  await fault.waitFor()
  check((await fault.innerText()).includes('电话'), `the fault speaks: ${await fault.innerText()}`)
  check((await page.evaluate(() => document.activeElement.id)) === 'f-contact_phone', 'the focus is there')
  await shoot(page, 'hall-fault-360-zh')
})

spec('a draft is kept by itself, offered again, and dropped when told', async ({ open }) => {
  const page = await asContact(open)
  await go(page, '/hall/new/request')
  await fill(page, '写到一半的诉求')
  await page.getByText('保存在本机').waitFor()
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes('写到一半的诉求')))
  await go(page, '/')
  await page.getByText('写到一半的诉求').waitFor()
  await shoot(page, 'hall-draft-360-zh')
  await page.getByRole('link', { name: '接着写' }).click()
  await page.locator('#f-title').waitFor()
  check((await page.locator('#f-title').inputValue()) === '写到一半的诉求', 'the draft is back')
  await go(page, '/')
  await page.getByRole('button', { name: '删除草稿' }).click()
  check((await page.getByText('写到一半的诉求').count()) === 0, 'the draft is gone')
})

spec('a request written without a connection is kept and sent once', async ({ open }) => {
  const page = await asContact(open)
  const title = `断网时提的诉求 ${Date.now() % 100000}`
  await go(page, '/hall/new/request')
  await fill(page, title)
  await forward(page)
  await page.locator('#f-place').waitFor()
  await forward(page)
  await page.locator('#f-contact_phone').fill('13800001234')
  await page.context().setOffline(true)
  await forward(page)
  await page.getByRole('heading', { name: '已保存,等网络恢复后发送' }).waitFor()
  await page.getByText('网络已断开').waitFor()
  await shoot(page, 'hall-offline-360-zh')
  await page.context().setOffline(false)
  await page.locator('article.sent').waitFor()
  const found = await page.request.get(`${base}/api/cases?q=${encodeURIComponent(title)}`)
  const list = (await found.json()).items.filter((item) => item.title === title)
  check(list.length === 1, `made ${list.length} times`)
})

spec('a session that ends while writing loses nothing', async ({ open }) => {
  const page = await asContact(open)
  await go(page, '/hall/new/request')
  await fill(page, '登录过期时写的诉求')
  await forward(page)
  await page.locator('#f-place').waitFor()
  await forward(page)
  await page.locator('#f-contact_phone').fill('13800001234')
  await page.context().clearCookies()
  await forward(page)
  const note = page.locator('p.note.fault')
  await note.waitFor()
  await note.getByRole('link', { name: '登录' }).click()
  await page.locator('#login').fill(contact)
  await page.locator('#password').fill(password)
  await page.locator('form button[type=submit]').click()
  await page.locator('#f-title').waitFor()
  check((await page.locator('#f-title').inputValue()) === '登录过期时写的诉求', 'the words are back')
  await go(page, '/')
  await page.getByRole('button', { name: '删除草稿' }).click()
})

spec('follow a case: note, urge, how the deadline is counted', async ({ open }) => {
  const page = await asContact(open)
  await send(page, '跟踪进度的诉求')
  await page.getByRole('link', { name: '查看进度' }).click()
  await page.locator('h1', { hasText: '跟踪进度的诉求' }).waitFor()
  await page.getByRole('button', { name: '补充说明' }).click()
  await page.locator('#act-text').fill('补充:昨天又跳闸两次。')
  await page.getByRole('button', { name: '提交补充' }).click()
  await page.getByText('补充:昨天又跳闸两次。').waitFor()
  await checkAxe(page, 'case')
  await checkWidth(page, 'case')
  await shoot(page, 'hall-case-360-zh')
  await page.getByRole('link', { name: '怎么算的' }).click()
  await page.locator('table').waitFor()
  check((await page.locator('tbody tr').count()) >= 2, 'days are listed')
  await checkAxe(page, 'count')
  await checkWidth(page, 'count')
  await shoot(page, 'hall-count-360-zh')
})

/** Answers the newest case of that title as the unit that has it. */
async function answer(browser, id, text) {
  const centre = await asPerson(browser, 'shouchu1')
  const { unit } = await centre.get(`/api/cases/${id}`)
  const handler = unit.code === 'CENTRE' ? centre : await asPerson(browser, await handlerOf(browser, unit.code))
  const before = await handler.get(`/api/cases/${id}`)
  const can = (verb) => before.verbs.find((state) => state.verb === verb && state.allowed)
  if (can('sign')) await handler.post(`/api/cases/${id}/verbs/sign`, { taskId: can('sign').taskId })
  const task = (await handler.get(`/api/cases/${id}`)).verbs.find((state) => state.verb === 'reply')
  check(task?.allowed, `the unit may answer: ${JSON.stringify(task)}`)
  await handler.post(`/api/cases/${id}/verbs/reply`, { taskId: task.taskId, text })
}

async function handlerOf(browser, unit) {
  const zone = await (await asPerson(browser, 'shouchu1')).get('/api/zone')
  for (const { login, role } of zone.demoAccounts) {
    if (role !== 'handler') continue
    const { account } = await (await asPerson(browser, login)).get('/api/session')
    if (account.unit === unit) return login
  }
  throw new Error(`no sample account handles for ${unit}`)
}

async function answered(open, browser, title) {
  const page = await asContact(open)
  await go(page, '/hall/new/request?topic=policy')
  await fill(page, title)
  await forward(page)
  await page.locator('#f-place').waitFor()
  await forward(page)
  await page.locator('#f-contact_phone').fill('13800001234')
  await forward(page)
  await page.getByRole('link', { name: '查看进度' }).click()
  await page.waitForURL(/hall\/cases\/\d+$/)
  await page.locator('h1', { hasText: title }).waitFor()
  await answer(browser, page.url().split('/').pop(), '您好,已派人到现场查明原因并修复。如再发生,请在此补充说明。')
  await page.locator('.answer').waitFor()
  return page
}

spec('the answer arrives without a reload; a good rating closes the case', async ({ open, browser }) => {
  const page = await answered(open, browser, '请评价的诉求一')
  await checkAxe(page, 'answered')
  await shoot(page, 'hall-answered-360-zh')
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.getByText('请选一个评价。').waitFor()
  await page.getByLabel('非常满意', { exact: true }).check()
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.getByText('您的评价:非常满意').waitFor()
  check((await page.locator('.status').innerText()) === '已办结', 'closed')
})

spec('a bad rating asks why and says what happens then', async ({ open, browser }) => {
  const page = await answered(open, browser, '请评价的诉求二')
  await page.getByLabel('不满意', { exact: true }).check()
  await page.getByText('会打电话回访').waitFor()
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.getByText('请写明哪里不满意').waitFor()
  check((await page.evaluate(() => document.activeElement.id)) === 'rate-text', 'the focus is on the reason')
  await page.locator('#rate-text').fill('第二天又跳闸了')
  await checkAxe(page, 'bad rating')
  await shoot(page, 'hall-rate-bad-360-zh')
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.getByText('您的评价:不满意').waitFor()
  check((await page.locator('.status').innerText()) === '办理中', 'it is worked on again')
  await shoot(page, 'hall-rework-360-zh')
})

spec('withdraw: said first, done after, seen in the list', async ({ open }) => {
  const page = await asContact(open)
  await send(page, '准备撤回的诉求')
  await page.getByRole('link', { name: '查看进度' }).click()
  await page.getByRole('button', { name: '撤回' }).click()
  await page.locator('#act-text').fill('已经自行解决')
  await page.getByRole('button', { name: '确认撤回' }).click()
  await page.getByText('已撤回', { exact: true }).first().waitFor()
  check((await page.getByRole('button', { name: '催办' }).count()) === 0, 'no more urging')
})

spec('the way by keyboard: search, arrows, Enter', async ({ open }) => {
  const page = await asContact(open, { size: 'desk' })
  await go(page, '/')
  await page.locator('.groups a').first().waitFor()
  await page.locator('#ask').focus()
  await page.keyboard.type('招聘')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('ArrowDown')
  const chosen = await page.locator('#ask').getAttribute('aria-activedescendant')
  check(chosen === 'hint-0', `active: ${chosen}`)
  await shoot(page, 'hall-search-1440-zh', false)
  await page.keyboard.press('Enter')
  await page.locator('#f-topic').waitFor()
  check(page.url().includes('topic='), page.url())
})

spec('a stranger’s case number answers 404 in words', async ({ open }) => {
  const page = await asContact(open)
  await page.goto(`${base}/hall/cases/999999999999`)
  const note = page.locator('[role=alert]')
  await note.waitFor()
  check((await note.innerText()).length > 8, 'words')
})

spec('a changed receipt is refused, at the step where it fails', async ({ open }) => {
  const page = await asContact(open)
  const { items } = await (await page.request.get(`${base}/api/cases?limit=1`)).json()
  const text = await (await page.request.get(`${base}/api/cases/${items[0].id}/receipt`)).text()
  const changed = JSON.parse(text)
  changed.leaf = changed.leaf.replace(/at 20(\d\d)-/, (_, year) => `at 20${String(Number(year) - 1).padStart(2, '0')}-`)
  await go(page, '/receipt')
  await page.locator('#paste').fill(JSON.stringify(changed))
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await page.locator('[data-verdict]').waitFor()
  check((await page.locator('[data-verdict]').getAttribute('data-verdict')) === 'refused', 'refused')
  check((await page.locator('li.broken').count()) >= 1, 'a step is marked')
  await shoot(page, 'receipt-refused-360-zh')
  await page.getByRole('button', { name: '验证另一份' }).click()
  await page.locator('#paste').fill('not a receipt')
  await page.getByRole('button', { name: '验证', exact: true }).click()
  await page.locator('[data-verdict=refused]').waitFor()
})

for (const language of ['zh-CN', 'en']) {
  for (const size of ['phone', 'tablet', 'desk']) {
    spec(`every page holds at ${size} in ${language}`, async ({ open }) => {
      const page = await asContact(open, { size, language })
      const first = (await (await page.request.get(`${base}/api/cases?limit=1`)).json()).items[0]
      const paths = { home: '/', new: '/hall/new/request', cases: '/hall/cases', knowledge: '/hall/knowledge', receipt: '/receipt', password: '/login/password', nowhere: '/hall/no/such/page' }
      if (first) paths.case = `/hall/cases/${first.id}`
      for (const [name, path] of Object.entries(paths)) {
        await go(page, path)
        await settle(page)
        await checkWidth(page, `${name} ${size} ${language}`)
        await checkAxe(page, `${name} ${size} ${language}`)
        check(!/\b(shared|hall|receipt)\.(?!json)[a-z]\w*/.test(await page.locator('body').innerText()), `${name}: a text is missing`)
        await shoot(page, `hall-${name}-${size}-${language}`)
      }
    })
  }
}

spec('the language changes in place and is remembered', async ({ open }) => {
  const page = await open()
  await go(page, '/')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'What do you need?' }).waitFor()
  check((await page.locator('html').getAttribute('lang')) === 'en', 'lang')
  await go(page, '/hall/knowledge')
  await page.getByRole('heading', { name: 'Answers' }).waitFor()
})

export default specs
