// Deadlines that are law, and what one is told: the inbox of both houses, the count of a limit of the law at
// two sizes in two languages, and the reasons for which the law lets a clock stand still.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

let people = null
async function who(page) {
  if (people) return people
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  people = Object.fromEntries(['contact', 'handler', 'leader'].map((role) => [role, demoAccounts.find((one) => one.role === role)?.login]))
  return people
}

async function raise(browser, page, topic, title) {
  const contact = await asPerson(browser, (await who(page)).contact)
  return contact.post('/api/cases', {
    kind: 'request',
    data: { topic, title, content: '我司向某大型企业供货,验收合格已六个月,货款仍未支付,合同和对账单齐全。', urgency: 'normal', contact_name: '测试联系人', contact_phone: '13800001234' },
    channel: 'web',
  })
}

const unreadOf = async (page) => (await (await page.request.get(`${base}/api/notices`)).json()).unread

/** Opens the newest notice, then marks all as read; the bell says how many there are. */
async function inbox(page, path, made, name) {
  await page.locator('.bell .count').waitFor()
  const before = await unreadOf(page)
  check((await page.locator('.bell .count').innerText()) === (before > 99 ? '99+' : String(before)), 'the bell counts what is unread')
  check((await page.locator('.bell').getAttribute('aria-label')).includes(String(before)), 'the number is said in words too')
  await page.locator('.bell').click()
  await page.waitForURL((url) => url.pathname === path)
  const line = page.locator('li.fresh', { hasText: made.number }).first()
  await line.waitFor()
  await settle(page)
  await checkAxe(page, name)
  await checkWidth(page, name)
  await shoot(page, `clocks-${name}`)
  await line.locator('a').click()
  await page.waitForURL((url) => url.pathname.endsWith(`/cases/${made.id}`))
  await page.waitForFunction((n) => document.querySelector('.bell .count')?.textContent !== n, String(before))
  check((await unreadOf(page)) === before - 1, 'what was opened is read')
  await go(page, path)
  await settle(page)
  const all = page.locator('header button.compact', { hasText: /./ }).and(page.locator('.page button'))
  if (before > 1) await all.click()
  await page.waitForFunction(() => !document.querySelector('.bell .count') && !document.querySelector('li.fresh'))
  check((await unreadOf(page)) === 0, 'all are read')
  await checkAxe(page, `${name} read`)
}

const specs = []
const spec = (name, body) => specs.push([`clocks: ${name}`, body])

for (const [size, language] of [['phone', 'zh-CN'], ['desk', 'en']]) {
  spec(`the inbox of the Hall, ${size} ${language}`, async ({ open, browser }) => {
    const page = await open({ size, language })
    const made = await raise(browser, page, 'policy', '收件箱里的诉求')
    const handler = await asPerson(browser, people.handler)
    await handler.post(`/api/cases/${made.id}/verbs/sign`)
    await handler.post(`/api/cases/${made.id}/verbs/suspend`, { text: '请补充验收报告。' })
    await signIn(page, people.contact, password, '/')
    await inbox(page, '/hall/notices', made, `inbox-hall-${size}-${language}`)
  })
  spec(`the inbox of the Desk, ${size} ${language}`, async ({ open, browser }) => {
    const page = await open({ size, language })
    const made = await raise(browser, page, 'policy', '被督办的诉求')
    const handler = await asPerson(browser, people.handler)
    await handler.post(`/api/cases/${made.id}/verbs/sign`)
    const leader = await asPerson(browser, people.leader)
    await leader.post(`/api/cases/${made.id}/verbs/supervise`, { text: '请两日内反馈。', days: 2 })
    await signIn(page, people.handler, password, '/desk')
    await inbox(page, '/desk/notices', made, `inbox-desk-${size}-${language}`)
  })
}

for (const size of ['phone', 'desk'])
  for (const language of ['zh-CN', 'en'])
    spec(`the count of a limit of the law, ${size} ${language}`, async ({ open, browser }) => {
      const page = await open({ size, language })
      const made = await raise(browser, page, 'arrears', '货款拖欠六个月')
      const mine = await asPerson(browser, people.contact)
      const limits = (await mine.get(`/api/cases/${made.id}`)).promises.filter((one) => one.scope === 'case')
      check(limits.length === 1 && limits[0].code === 'payment' && limits[0].unit === 'calendar_days', `limits: ${JSON.stringify(limits)}`)
      await signIn(page, people.contact, password, `/hall/cases/${made.id}/promises/${limits[0].id}`)
      await page.locator('.law').waitFor()
      await settle(page)
      const text = await page.locator('main').innerText()
      const said = language === 'en' ? ['Regulation on Ensuring Payment', 'article 25, paragraph 2', '30 '] : ['《保障中小企业款项支付条例》第二十五条第二款', '自收到投诉材料之日起', '30']
      for (const words of said) check(text.includes(words), `${words} is missing in: ${text.slice(0, 900)}`)
      check((await page.locator('tbody tr').count()) > 20, 'each day is shown')
      await checkAxe(page, `count ${size} ${language}`)
      await checkWidth(page, `count ${size} ${language}`)
      await shoot(page, `clocks-count-${size}-${language}`)
    })

for (const [size, language] of [['desk', 'zh-CN'], ['phone', 'en']])
  spec(`the clock stops only for a reason of the law, ${size} ${language}`, async ({ open, browser }) => {
    const page = await open({ size, language })
    const made = await raise(browser, page, 'policy', '暂停计时的事由')
    const handler = await asPerson(browser, people.handler)
    await handler.post(`/api/cases/${made.id}/verbs/sign`)
    await signIn(page, people.handler, password, `/desk/cases/${made.id}`)
    const suspend = async () => {
      await page.locator('.case').waitFor()
      await settle(page)
      await page.locator('[data-verb=suspend]').click()
      await page.locator('#v-text').waitFor()
    }
    await suspend()
    check(!(await page.locator('.panel [type=radio]').count()), "the zone's own promise asks for no reason")
    // No procedure of the sample has such a limit: the answer of the server is given one, what is sent is looked at.
    await page.route(`**/api/cases/${made.id}*`, async (route) => {
      const answer = await route.fetch()
      const item = await answer.json()
      for (const one of item.promises ?? [])
        if (one.scope === 'case')
          one.reasons = [
            { code: 'hearing', name: { zh: '听证', en: 'hearing' }, notice: true, most: null, mostUnit: null },
            { code: 'evaluation', name: { zh: '专家评审', en: 'expert review' }, notice: false, most: 60, mostUnit: 'calendar_days' },
          ]
      await route.fulfill({ response: answer, json: item })
    })
    let sent = null
    await page.route('**/verbs/suspend*', (route) => {
      sent = route.request().postDataJSON()
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"繁忙","status":503}' })
    })
    await go(page, `/desk/cases/${made.id}`, false)
    await suspend()
    const box = page.locator('.panel')
    check((await box.locator('[type=radio]').count()) === 2, 'two reasons')
    const words = await box.innerText()
    for (const said of language === 'en' ? ['Written notice', '60 days at most'] : ['须书面告知申请人', '最长60天']) check(words.includes(said), `${said}: ${words}`)
    await page.locator('#v-text').fill('11月30日举行听证。')
    await page.keyboard.press('Control+Enter')
    check(sent === null && (await box.locator('.fault').count()) > 0, 'a reason must be chosen')
    await checkAxe(page, `reasons ${size} ${language}`)
    await checkWidth(page, `reasons ${size} ${language}`)
    await box.locator('[type=radio]').first().check()
    await shoot(page, `clocks-reasons-${size}-${language}`, false)
    await page.locator('#v-text').focus()
    await page.keyboard.press('Control+Enter')
    await box.locator('[role=alert]').waitFor()
    check(sent?.reason === 'hearing', `sent: ${JSON.stringify(sent)}`)
  })

export default specs
