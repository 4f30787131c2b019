// The Desk from a computer: tasks by danger and by keyboard, verbs that ask only what they need, refusals in
// words, what others change meanwhile, a session that ends while one types, search, intake by phone, import.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

let people = null

/** Sample accounts by role; the head and the handler of one unit. */
async function who(page) {
  if (people) return people
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  const login = (role) => demoAccounts.find((one) => one.role === role)?.login
  people = { contact: login('contact'), handler: login('handler'), head: login('head'), officer: login('officer') }
  for (const [role, found] of Object.entries(people)) check(found, `the sample zone names no account for ${role}`)
  return people
}

async function as(open, role, options, next = '/desk') {
  const page = await open({ size: 'desk', ...options })
  await signIn(page, (await who(page))[role], password, next)
  await page.locator('main h1').first().waitFor({ state: 'attached' })
  await settle(page)
  return page
}

let raised = 0

/** A request of an enterprise that the rules hand to the handler's unit. */
async function raise(browser, page, title) {
  const contact = await asPerson(browser, (await who(page)).contact)
  return contact.post('/api/cases', {
    kind: 'request',
    data: {
      topic: 'policy',
      title: `${title}${++raised}`,
      content: '技术改造项目已验收,补贴资金尚未到账,请告知拨付时间。',
      urgency: 'normal',
      contact_name: '测试联系人',
      contact_phone: '13800001234',
    },
    channel: 'web',
  })
}

/** Finds the task by its number with the page's own search and waits until its case is open. */
async function find(page, made) {
  await page.keyboard.press('/')
  await page.locator('#task-words').fill(made.number)
  await page.keyboard.press('Enter')
  await page.locator(`.task[data-number="${made.number}"]`).waitFor()
  await page.locator(`.case[data-case="${made.id}"]`).waitFor()
  await page.locator('.case h2').first().click()
}

const press = (page, key) => page.keyboard.press(key)
const toast = (page, words) => page.locator('.toast', { hasText: words }).first().waitFor()

const specs = []
const spec = (name, body) => specs.push([`desk: ${name}`, body])

spec('opens on the tasks with their danger in shape and word, the first one open beside', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  await raise(browser, page, '列表里的诉求')
  await raise(browser, page, '列表里的诉求')
  await go(page, '/desk')
  await page.locator('.case').waitFor()
  const dangers = await page.locator('.danger[data-danger]').evaluateAll((list) => list.map((one) => [one.innerText.trim(), !!one.querySelector('svg')]))
  check(dangers.length === 5 && dangers.every(([text, shape]) => shape && /\D\s*\d+$/.test(text)), `dangers: ${JSON.stringify(dangers)}`)
  const height = await page.locator('.task').first().evaluate((row) => row.getBoundingClientRect().height)
  check(height >= 32 && height < 34, `a row is ${height} px high`)
  const first = await page.locator('.task[aria-selected="true"]').getAttribute('data-number')
  await press(page, 'j')
  const second = await page.locator('.task[aria-selected="true"]').getAttribute('data-number')
  check(first !== second, 'j moves on')
  await page.waitForFunction((number) => document.querySelector('.case .mono')?.textContent === number, second)
  await press(page, 'k')
  check((await page.locator('.task[aria-selected="true"]').getAttribute('data-number')) === first, 'k moves back')
  await checkAxe(page, 'tasks')
  await checkWidth(page, 'tasks')
  await shoot(page, 'desk-tasks-1440-zh', false)
})

spec('letters act: sign at once, reply with a template whose gaps must be filled, then the next task', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '补贴何时拨付')
  await find(page, made)
  await press(page, 'r')
  check((await page.locator('.why[role=status]').innerText()).includes('请先签收'), 'a verb that is not allowed says why')
  await press(page, 's')
  await toast(page, made.number)
  check(await page.locator(`.task[data-number="${made.number}"]`).count(), 'signing keeps the task')
  await press(page, 'r')
  await page.locator('#v-text').waitFor()
  await page.locator('.templates').selectOption('solved')
  await press(page, 'Control+Enter')
  check((await page.locator('#v-text-fault').innerText()).includes('〔'), 'an open gap is named')
  await page.locator('#v-text').fill('您好!补贴已于11月20日拨付,请核对。')
  await checkAxe(page, 'reply')
  await shoot(page, 'desk-reply-1440-zh', false)
  await page.locator('#task-words').evaluate((box) => (box.dataset.before = 'kept'))
  await page.locator('#v-text').focus()
  await press(page, 'Control+Enter')
  await toast(page, made.number)
  await page.waitForFunction((number) => !document.querySelector(`.task[data-number="${number}"]`), made.number)
})

spec('after an act the next task is chosen and the list keeps the focus', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const one = await raise(browser, page, '相邻的诉求')
  await raise(browser, page, '相邻的诉求')
  await go(page, '/desk?q=' + encodeURIComponent('相邻的诉求'))
  await page.locator(`.task[data-number="${one.number}"]`).click()
  await page.locator(`.case[data-case="${one.id}"]`).waitFor()
  await press(page, 's')
  await toast(page, one.number)
  await settle(page)
  await press(page, 'r')
  await page.locator('#v-text').fill('已经办好,请核对。')
  await press(page, 'Control+Enter')
  await page.waitForFunction((number) => !document.querySelector(`.task[data-number="${number}"]`), one.number)
  check((await page.locator('.task[aria-selected="true"]').count()) === 1, 'a next task is chosen')
  check(await page.evaluate(() => document.activeElement?.id === 'task-list'), 'the list has the focus')
})

spec('somebody else was first: the new state is told and the typed text stays', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '两人同办')
  await find(page, made)
  await press(page, 's')
  await toast(page, made.number)
  await press(page, 'n')
  await page.locator('#v-text').fill('我写的内容不能丢。')
  const head = await asPerson(browser, people.head)
  await head.post(`/api/cases/${made.id}/verbs/note`, { text: '负责人先写了一条。' })
  await press(page, 'Control+Enter')
  await page.locator('.panel .note[role=status]').waitFor()
  check((await page.locator('.panel .note[role=status]').innerText()).includes('您写的内容还在'), 'the page says what happened')
  check((await page.locator('#v-text').inputValue()) === '我写的内容不能丢。', 'the text is kept')
  check(await page.locator('.case').innerText().then((text) => text.includes('负责人先写了一条')), 'the new state is shown')
  await shoot(page, 'desk-stale-1440-zh', false)
  await press(page, 'Control+Enter')
  await toast(page, made.number)
})

spec('a session that ends while one types keeps the text', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '登录过期')
  await find(page, made)
  await press(page, 's')
  await toast(page, made.number)
  await press(page, 'r')
  await page.locator('#v-text').fill('登录过期以前写的答复。')
  await page.context().clearCookies()
  await press(page, 'Control+Enter')
  await page.waitForURL((url) => url.pathname === '/login')
  await page.locator('#login').fill(people.handler)
  await page.locator('#password').fill(password)
  await page.locator('form button[type=submit]').click()
  await page.locator(`.case[data-case="${made.id}"]`).waitFor()
  check(await page.locator('[data-verb=reply] .draft').count(), 'the reply is marked as not sent')
  await page.locator('[data-verb=reply]').click()
  check((await page.locator('#v-text').inputValue()) === '登录过期以前写的答复。', 'the text is back')
})

spec('what others change is counted and does not move the list', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const before = await page.locator('.task').evaluateAll((rows) => rows.map((row) => row.dataset.number).join())
  const made = await raise(browser, page, '刚刚来的')
  await page.locator('.top .news').waitFor()
  check((await page.locator('.top .news').innerText()).includes('1'), 'one update is told')
  check((await page.locator('.task').evaluateAll((rows) => rows.map((row) => row.dataset.number).join())) === before, 'the list has not moved')
  await page.locator('.top .news').click()
  await page.locator(`.task[data-number="${made.number}"]`).waitFor()
  check(!(await page.locator('.top .news').count()), 'the notice is gone')
})

spec('more tasks than a page come as one goes down', async ({ open }) => {
  const page = await as(open, 'officer', {}, '/desk?scope=all')
  const count = await page.locator('.task').count()
  const all = Number((await page.locator('.danger').first().innerText()).replace(/\D/g, ''))
  if (all <= 50) return check(count === all, `${count} of ${all} tasks`)
  check(count === 50, `the first page has ${count}`)
  await page.locator('.more').click()
  await page.waitForFunction(() => document.querySelectorAll('.task').length > 50)
  const refreshed = page.waitForResponse((answer) => answer.url().includes('/api/tasks'))
  await press(page, '.')
  await refreshed
  await settle(page)
  check(!(await page.locator('.note.fault').count()), `after a refresh: ${await page.locator('.note.fault').allInnerTexts()}`)
  check((await page.locator('.task').count()) > 50, 'a refresh keeps what was loaded')
})

spec('the phone is hidden, a look asks why and is recorded', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '查看电话')
  await go(page, `/desk/cases/${made.id}`)
  await page.locator('.case').waitFor()
  check(!(await page.locator('.case').innerText()).includes('13800001234'), 'the phone is masked')
  await page.locator('.look').click()
  await page.locator('.ask button[type=submit]').click()
  check((await page.locator('.ask .fault').innerText()).includes('理由'), 'a reason is asked for')
  await page.locator('.ask input').fill('电话核实现场情况')
  await press(page, 'Enter')
  await page.locator('a.phone').waitFor()
  check((await page.locator('a.phone').innerText()) === '13800001234', 'the phone is shown')
  await go(page, `/desk/cases/${made.id}`)
  await page.getByText('电话核实现场情况').waitFor()
})

spec('an extension is asked for, and the head approves it', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '申请延期')
  await find(page, made)
  await press(page, 's')
  await toast(page, made.number)
  await press(page, 'e')
  await press(page, 'Control+Enter')
  check(await page.locator('#v-days-fault').count(), 'days are asked for')
  await page.locator('#v-days').fill('2')
  await page.locator('#v-text').fill('等待上级批复。')
  await press(page, 'Control+Enter')
  await page.locator('.box', { hasText: '等待上级批复' }).waitFor()
  const head = await as(open, 'head', {}, `/desk/cases/${made.id}`)
  await head.locator('.box', { hasText: '等待上级批复' }).waitFor()
  await checkAxe(head, 'extension')
  await shoot(head, 'desk-extension-1440-zh', false)
  await press(head, 'a')
  await head.locator('.panel').waitFor()
  await press(head, 'Control+Enter')
  await toast(head, made.number)
  await head.locator('.how').first().click()
  await head.locator('dialog table').waitFor()
  check((await head.locator('dialog').innerText()).includes('延长'), 'the count names the extension')
  await checkAxe(head, 'count')
  await press(head, 'Escape')
  check(!(await head.locator('dialog').count()), 'Esc closes the count')
})

spec('the unit is picked by typing, with the keyboard alone', async ({ open, browser }) => {
  const page = await as(open, 'handler')
  const made = await raise(browser, page, '转给财政')
  await find(page, made)
  await press(page, 't')
  await page.locator('#v-unit').fill('财政')
  await page.locator('#v-unit-list [role=option]').first().waitFor()
  await page.locator('#v-unit[aria-activedescendant]').waitFor()
  await press(page, 'Enter')
  check((await page.locator('#v-unit').inputValue()).includes('财政'), 'the office is taken')
  await page.locator('#v-text').fill('资金由财政拨付。')
  await checkAxe(page, 'transfer')
  await press(page, 'Control+Enter')
  await toast(page, made.number)
  const officer = await asPerson(browser, people.officer)
  check((await officer.get(`/api/cases/${made.id}`)).unit.code === 'FIN', 'the case is with the other office')
})

spec('? shows the keys, 1 to 5 choose a danger, Esc closes', async ({ open }) => {
  const page = await as(open, 'handler')
  await press(page, '?')
  await page.locator('dialog').waitFor()
  check((await page.locator('dialog kbd').count()) > 20, 'all keys are listed')
  await checkAxe(page, 'help')
  await press(page, 's')
  check(!(await page.locator('.panel').count()), 'letters rest while the help is open')
  await press(page, 'Escape')
  await press(page, '4')
  await page.waitForURL((url) => url.searchParams.get('colour') === 'green')
  await press(page, '0')
  await page.waitForURL((url) => !url.searchParams.get('colour'))
})

spec('all requests are searched in Chinese, narrowed, and paged', async ({ open }) => {
  const page = await as(open, 'officer', {}, '/desk/cases')
  await page.locator('tbody tr').first().waitFor()
  const total = await page.locator('p[role=status]').innerText()
  await page.getByRole('button', { name: '显示更多' }).click()
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 50)
  await press(page, '/')
  await page.locator('#search-words').fill('停车')
  await press(page, 'Enter')
  await page.waitForFunction((before) => document.querySelector('main p[role=status]')?.textContent?.trim() !== before, total)
  await page.waitForFunction(() => document.querySelector('tbody')?.innerText.includes('停车'))
  await page.locator('select').first().selectOption('closed')
  await page.waitForURL((url) => url.searchParams.get('status') === 'closed')
  await settle(page)
  await checkAxe(page, 'search')
  await shoot(page, 'desk-search-1440-zh', false)
  await page.locator('#search-words').fill('绝对没有这样的诉求')
  await press(page, 'Enter')
  await page.getByText('没有符合条件的诉求。').waitFor()
})

spec('a call is taken in: enterprise by name, faults at their fields, the words to read out', async ({ open }) => {
  const page = await as(open, 'officer', {}, '/desk/intake')
  await page.locator('#in-enterprise').fill('示例')
  await page.locator('#in-enterprise-list [role=option]').first().waitFor()
  await press(page, 'ArrowDown')
  await press(page, 'Enter')
  await page.locator('#f-title').fill('园区停车位不够用')
  await page.locator('aside li').first().waitFor()
  await shoot(page, 'desk-intake-1440-zh')
  await page.locator('#f-content').fill('货车没有地方停,每天早上堵在厂门口,请规划停车场。')
  await page.locator('#f-contact_name').fill('来电人')
  await page.locator('#f-contact_phone').fill('123')
  await page.locator('form button[type=submit]').click()
  await page.locator('#f-contact_phone-fault').waitFor()
  await checkAxe(page, 'intake')
  await go(page, '/desk/intake')
  check((await page.locator('#f-title').inputValue()) === '园区停车位不够用', 'what was typed is still there')
  await page.locator('#f-contact_phone').fill('13900005678')
  await page.locator('form button[type=submit]').click()
  const done = page.locator('.done')
  await done.waitFor()
  check(/请告诉对方/.test(await done.innerText()), 'the words for the caller')
  check(/^Q\d{4}-/.test(await done.getAttribute('data-number')), 'a number')
  await checkAxe(page, 'taken in')
  await shoot(page, 'desk-taken-1440-zh')
  await done.getByRole('button').first().click()
  check((await page.locator('#in-enterprise').inputValue()) === '', 'ready for the next caller')
})

spec('a file is checked, its faults told by row, then imported', async ({ open, browser }) => {
  const page = await as(open, 'officer', {}, '/desk/import')
  const officer = await asPerson(browser, people.officer)
  const { items } = await officer.get('/api/enterprises?q=' + encodeURIComponent('示例') + '&limit=1')
  const code = items[0].creditCode
  const head = 'credit_code,title,content,urgency,contact_name,contact_phone\r\n'
  const good = `${code},导入的诉求一件,"厂门口路灯不亮,已经三个晚上了。",normal,李明,13700001111\r\n`
  const csv = (text) => ({ name: '诉求.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.setInputFiles('input[type=file]', csv(head + good + good.replace(code, '91360108MA35H10012')))
  await page.getByRole('button', { name: '检查' }).click()
  await page.locator('tbody tr').first().waitFor()
  const faults = await page.locator('tbody tr').allInnerTexts()
  check(faults.length === 1 && /^3\b/.test(faults[0]) && faults[0].includes('credit_code'), `faults: ${faults}`)
  await checkAxe(page, 'import')
  await shoot(page, 'desk-import-1440-zh')
  await page.setInputFiles('input[type=file]', csv(head + good))
  await page.getByRole('button', { name: '检查' }).click()
  await page.getByRole('button', { name: '导入1件' }).click()
  await page.getByText('已导入1件').waitFor()
})

spec('on a phone the list gives way to the case and back', async ({ open, browser }) => {
  const page = await as(open, 'handler', { size: 'phone' })
  await raise(browser, page, '手机上看')
  await go(page, '/desk')
  await page.locator('.task').first().waitFor()
  await checkAxe(page, 'phone list')
  await checkWidth(page, 'phone list')
  await shoot(page, 'desk-tasks-360-zh', false)
  await page.locator('.task').first().click()
  await page.locator('.case').waitFor()
  check(!(await page.locator('.task').first().isVisible()), 'the list has given way')
  await settle(page)
  await checkAxe(page, 'phone case')
  await checkWidth(page, 'phone case')
  await shoot(page, 'desk-case-360-zh')
  await page.locator('.back').click()
  check(await page.locator('.task').first().isVisible(), 'back at the list')
})

for (const [size, language] of [['phone', 'en'], ['tablet', 'zh-CN'], ['tablet', 'en'], ['desk', 'en']]) {
  spec(`every page at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, 'officer', { size, language }, '/desk?scope=all')
    for (const [name, path] of [['tasks', '/desk?scope=all'], ['search', '/desk/cases'], ['intake', '/desk/intake'], ['import', '/desk/import']]) {
      await go(page, path)
      await settle(page)
      check(!(await page.locator('.note.fault').count()), `${name}: ${await page.locator('.note.fault').allInnerTexts()}`)
      await checkAxe(page, `${name} ${size} ${language}`)
      await checkWidth(page, `${name} ${size} ${language}`)
      await shoot(page, `desk-${name}-${size}-${language}`, name !== 'tasks' && name !== 'search')
    }
  })
}

spec('what went wrong is told and can be tried again; an empty list says so', async ({ open }) => {
  const page = await as(open, 'handler')
  await page.route('**/api/tasks?*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"繁忙","status":503}' }))
  await go(page, '/desk')
  await page.locator('.note.fault').waitFor()
  await checkAxe(page, 'error')
  await shoot(page, 'desk-error-1440-zh', false)
  await page.unroute('**/api/tasks?*')
  await page.getByRole('button', { name: '重试' }).click()
  await page.locator('.dangers').waitFor()
  await go(page, '/desk?q=' + encodeURIComponent('没有这样的待办'))
  await page.getByText('没有符合条件的待办。').waitFor()
  await checkAxe(page, 'empty')
})

export default specs
