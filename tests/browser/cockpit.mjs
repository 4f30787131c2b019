// The Cockpit: numbers that say what the interface says, each opening its records and its definition;
// filters, the table of units, the months, what fails and what is empty; and the wall.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn, sizes } from './lib.mjs'

let people = null

async function who(page) {
  if (people) return people
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  const login = (role) => demoAccounts.find((one) => one.role === role)?.login
  people = { contact: login('contact'), leader: login('leader') }
  for (const [role, found] of Object.entries(people)) check(found, `the sample zone names no account for ${role}`)
  return people
}

async function cockpit(open, options, path = '/cockpit') {
  const page = await open({ size: 'desk', ...options })
  await signIn(page, (await who(page)).leader, password, path)
  await ready(page)
  return page
}

/** All numbers are there; the small lines may still be on their way. */
async function ready(page) {
  await page.locator('.questions').waitFor()
  await page.waitForFunction(() => !document.querySelector('.value.wait') && document.querySelectorAll('.units tbody tr').length > 0)
  await settle(page)
}

const big = (page, figure) => page.locator(`[data-figure="${figure}"] button.value`)
const numberOf = async (locator) => Number((await locator.locator('span').first().innerText()).replace(/,/g, ''))

const specs = []
const spec = (name, body) => specs.push([`cockpit: ${name}`, body])

spec('numbers are what the interface says, and open their records', async ({ open, browser }) => {
  const page = await cockpit(open)
  const leader = await asPerson(browser, people.leader)
  const months = await page.locator('.months input').evaluateAll((boxes) => boxes.map((box) => box.value))
  for (const figure of ['on_time_rate', 'satisfaction', 'requests_received']) {
    const said = await leader.get(`/api/figures/${figure}?from=${months[0]}&to=${months[1]}`)
    check((await numberOf(big(page, figure))) === said.value, `${figure}: the page says ${await numberOf(big(page, figure))}, the interface ${said.value}`)
  }
  await checkAxe(page, 'cockpit')
  await checkWidth(page, 'cockpit')
  await shoot(page, 'cockpit-1440-zh')
  await big(page, 'on_time_rate').click()
  await page.locator('dialog tbody tr').first().waitFor()
  check(/由[\d,]+件算出/.test(await page.locator('dialog').innerText()), 'says over how many records')
  await checkAxe(page, 'records')
  await shoot(page, 'cockpit-records-1440-zh', false)
  await page.goBack()
  await page.locator('dialog').waitFor({ state: 'detached' })
})

spec('the overdue are as many records as their number says', async ({ open }) => {
  const page = await cockpit(open)
  const shown = await numberOf(big(page, 'overdue_open'))
  await big(page, 'overdue_open').click()
  await page.locator('dialog tbody tr, dialog p.quiet').first().waitFor()
  for (let more = page.locator('dialog .more'); await more.count(); ) {
    const before = await page.locator('dialog tbody tr').count()
    await more.click()
    await page.waitForFunction((count) => document.querySelectorAll('dialog tbody tr').length > count, before)
  }
  check((await page.locator('dialog tbody tr').count()) === shown, `the number is ${shown}, the list has ${await page.locator('dialog tbody tr').count()}`)
})

spec('every figure says how it is counted', async ({ open }) => {
  const page = await cockpit(open)
  await page.locator('[data-figure="satisfaction"] .how').click()
  const text = await page.locator('dialog').innerText()
  check(text.includes('已评价的诉求中') && text.includes('95'), `definition: ${text}`)
  await checkAxe(page, 'how')
  await shoot(page, 'cockpit-how-1440-zh', false)
  await page.locator('dialog .btn', { hasText: '看每一件' }).click()
  await page.locator('dialog tbody tr').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
})

spec('a unit, a topic, an age and a month open their own records', async ({ open }) => {
  const page = await cockpit(open)
  const row = page.locator('.units tbody tr').first()
  const unit = await row.locator('th').innerText()
  const count = Number((await row.locator('.cell .text').first().innerText()).replace(/,/g, ''))
  await row.locator('.cell').first().click()
  await page.locator('dialog tbody tr').first().waitFor()
  const said = await page.locator('dialog .said').innerText()
  check(said.includes(unit) && said.replace(/,/g, '').includes(String(count)), `the drawer says: ${said}`)
  const units = await page.locator('dialog tbody tr td:nth-child(6)').allInnerTexts()
  check(units.every((one) => one === unit), `records of other units: ${[...new Set(units)]}`)
  await page.keyboard.press('Escape')
  for (const list of ['.topics li button', '.kept li button']) {
    await page.locator(list).first().click()
    await page.locator('dialog tbody tr').first().waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  }
  check(await page.locator('.chart canvas').count(), 'the chart is drawn')
  await page.locator('.trend summary').click()
  await page.locator('.trend .number').first().click()
  await page.locator('dialog tbody tr').first().waitFor()
})

spec('a filter narrows everything and stands in the address; nothing found says so', async ({ open }) => {
  const page = await cockpit(open)
  const before = await numberOf(big(page, 'requests_received'))
  await page.locator('.bar select').first().selectOption('ECO')
  await page.waitForURL((url) => url.searchParams.get('unit') === 'ECO')
  await ready(page)
  const after = await numberOf(big(page, 'requests_received'))
  check(after < before && after > 0, `all ${before}, one unit ${after}`)
  await page.getByRole('button', { name: '近十二个月' }).click()
  await ready(page)
  check((await numberOf(big(page, 'requests_received'))) > after, 'twelve months hold more than three')
  await go(page, '/cockpit?from=2019-01&to=2019-02', false)
  await page.locator('.questions').waitFor()
  await page.waitForFunction(() => !document.querySelector('.value.wait'))
  await page.getByText('这段时间没有记录。').first().waitFor()
  await checkAxe(page, 'empty')
  await shoot(page, 'cockpit-empty-1440-zh')
})

spec('a new request is counted without a reload', async ({ open, browser }) => {
  const page = await cockpit(open)
  const before = await numberOf(big(page, 'requests_received'))
  const contact = await asPerson(browser, people.contact)
  await contact.post('/api/cases', {
    kind: 'request',
    data: { topic: 'policy', title: '驾驶舱要数到这一件', content: '请告知补贴资金的拨付时间,谢谢。', urgency: 'normal', contact_name: '测试联系人', contact_phone: '13800001234' },
    channel: 'web',
  })
  await page.waitForFunction(
    (wanted) => Number(document.querySelector('[data-figure="requests_received"] button.value span')?.textContent?.replace(/,/g, '')) === wanted,
    before + 1,
  )
})

spec('what cannot be read is told and tried again', async ({ open }) => {
  const page = await cockpit(open)
  await page.route('**/api/figures', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"繁忙","status":503}' }))
  await go(page, '/cockpit', false)
  await page.locator('.note.fault').waitFor()
  await checkAxe(page, 'error')
  await page.unroute('**/api/figures')
  await page.getByRole('button', { name: '重试' }).click()
  await ready(page)
})

for (const language of ['zh-CN', 'en']) {
  spec(`the wall shows everything at once, dark, in ${language}`, async ({ open }) => {
    const page = await cockpit(open, { size: 'wall', language })
    const { height, theme } = await page.evaluate(() => ({ height: document.documentElement.scrollHeight, theme: document.documentElement.dataset.theme }))
    check(theme === 'dark', 'dark on the wall')
    check(height <= sizes.wall.height, `the page is ${height} px high`)
    await checkAxe(page, 'wall')
    await checkWidth(page, 'wall')
    await shoot(page, `cockpit-wall-${language}`, false)
  })
}

for (const [size, language] of [['phone', 'zh-CN'], ['phone', 'en'], ['tablet', 'zh-CN'], ['desk', 'en']]) {
  spec(`at ${size} in ${language}, light`, async ({ open }) => {
    const page = await cockpit(open, { size, language })
    await page.locator('.head .btn.bare').click()
    check((await page.evaluate(() => document.documentElement.dataset.theme)) === 'light', 'the theme turns')
    await settle(page)
    await checkAxe(page, `cockpit ${size} ${language}`)
    await checkWidth(page, `cockpit ${size} ${language}`)
    await shoot(page, `cockpit-${size}-${language}`)
  })
}

export default specs
