// The rules: a table changed in a draft, a fault shown at its cell and mended, tried, compared, taken into
// use; a new case goes by it; and back to the version before. On a phone: to read and to try.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

const file = '/pack/rules/file?path=requests/routing.dmn'

async function admin(open, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  await signIn(page, demoAccounts.find((one) => one.role === 'admin').login, password, path)
  return page
}

const cell = (page, id) => page.locator(`td[data-element-id="${id}"]`)

/** Types over the cell of a table. */
async function write(page, id, text) {
  await cell(page, id).scrollIntoViewIfNeeded()
  await cell(page, id).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
  await page.keyboard.press('Tab')
}

async function table(page) {
  await page.locator('.tjs-table tbody tr').first().waitFor()
  await settle(page)
}

async function raise(browser, title) {
  const who = await asPerson(browser, 'qiye1')
  const data = { topic: 'policy', title, content: '申报今年的技改补助,请告知条件。', contact_name: '王小明', contact_phone: '13800138000', urgency: 'normal' }
  return who.post('/api/cases', { kind: 'request', data })
}

const specs = []
const spec = (name, body) => specs.push([`rules: ${name}`, body])

spec('a rule is changed, checked, tried, compared, taken into use and taken back', async ({ open, browser }) => {
  const before = await raise(browser, '规则改动之前')
  const page = await admin(open, '/pack/rules')
  await page.getByRole('link', { name: '归口' }).waitFor()
  await checkAxe(page, 'rules')
  await shoot(page, 'rules-list-1440-zh', false)
  await page.locator('section', { has: page.getByRole('link', { name: '归口' }) }).getByRole('link', { name: '修改', exact: true }).click()
  await table(page)
  await shoot(page, 'rules-edit-1440-zh', false)

  // Which row decides this case is found by trying, as a person would.
  await page.getByRole('button', { name: '试一试' }).click()
  await page.locator('#try-topic').selectOption('policy')
  await page.locator('#try-text').fill('申报今年的技改补助,请告知条件。')
  await page.getByRole('button', { name: '试算' }).click()
  await page.locator('.answer').getByText('不能确定').waitFor()
  await page.locator('#try-industry').fill('C39')
  await page.locator('#try-urgency').selectOption('normal')
  await page.getByRole('button', { name: '试算' }).click()
  await page.locator('.matched').waitFor()
  const matched = Number((await page.locator('.matched .link').first().textContent()).match(/\d+/)[0])
  await page.locator('main details summary').click()
  await checkAxe(page, 'try')
  await shoot(page, 'rules-try-1440-zh')

  await page.locator('.matched .link').first().click()
  const row = page.locator('.tjs-table tbody tr').nth(matched - 1)
  const output = await row.locator('td.output-cell').first().getAttribute('data-element-id')
  const input = await row.locator('td.input-cell').nth(1).getAttribute('data-element-id')
  const wasInput = (await cell(page, input).innerText()).trim()
  await write(page, input, 'nosuch(?)')
  await page.getByText('已存入草稿').waitFor()
  await page.getByRole('button', { name: '检查' }).click()
  const faults = page.locator('.faults')
  await faults.waitFor()
  const colour = await cell(page, input).evaluate((td) => getComputedStyle(td).boxShadow)
  check(colour !== 'none', 'the fault is marked at its cell')
  await shoot(page, 'rules-fault-1440-zh', false)
  await page.locator('.faults .link').first().click()
  check(await cell(page, input).isVisible(), 'the fault leads to its cell')

  await write(page, input, wasInput)
  await write(page, output, '"POWER"')
  await page.getByText('已存入草稿').waitFor()
  await page.getByRole('button', { name: '检查' }).click()
  await page.getByText('整个配置检查通过').waitFor()

  await page.getByRole('button', { name: '比较' }).click()
  await page.locator('form button[type=submit]').click()
  await page.getByText('共比较').waitFor()
  await checkAxe(page, 'compare')
  await shoot(page, 'rules-compare-1440-zh')
  check(Number((await page.locator('p[role=status] strong').textContent()).match(/\d+/)[0]) > 0, 'some cases would differ')

  await page.getByRole('button', { name: '启用' }).first().click()
  await page.locator('p.good').waitFor()
  await page.locator('.changes').getByText('由').first().waitFor()
  check((await page.locator('.changes li').count()) === 1, 'one cell changed, and only that')
  await page.locator('form button[type=submit]').click()
  await page.getByText('请写明理由').waitFor()
  await page.locator('#deploy-reason').fill('技改补助改由供电公司受理(测试)。')
  await checkAxe(page, 'deploy')
  await shoot(page, 'rules-deploy-1440-zh')
  await page.locator('form button[type=submit]').click()
  await page.waitForURL((url) => url.pathname === '/pack/versions')
  await page.getByText('技改补助改由供电公司受理').waitFor()
  await checkAxe(page, 'versions')
  await shoot(page, 'rules-versions-1440-zh')

  const after = await raise(browser, '规则改动之后')
  check(after.unit.code === 'POWER', `the new case is with ${after.unit.code}`)
  check(before.unit.code !== 'POWER', 'the one before is not')

  await page.locator('.uses li').nth(1).getByRole('button', { name: '改用这一版' }).click()
  await page.locator('#back-reason').fill('改回原规则。')
  await page.locator('dialog form button').click()
  await page.getByText('改回原规则').waitFor()
  const again = await raise(browser, '规则改回之后')
  check(again.unit.code === before.unit.code, 'back to the rule before')
})

spec('what is not saved survives a lost connection', async ({ open }) => {
  const page = await admin(open, file)
  await table(page)
  await page.context().setOffline(true)
  const id = await page.locator('td.output-cell').first().getAttribute('data-element-id')
  await write(page, id, '"FIRE"')
  await page.getByText('连接中断').first().waitFor()
  await shoot(page, 'rules-offline-1440-zh', false)
  await page.context().setOffline(false)
  await page.getByText('已存入草稿').waitFor()
  page.on('dialog', (dialog) => dialog.accept())
  await page.getByRole('button', { name: '撤销草稿' }).click()
  await page.getByText('与现行版本一致').waitFor()
  page.broken = page.broken.filter((text) => !/ERR_|fetch/.test(text))
})

spec('two administrators: the second is asked', async ({ open, browser }) => {
  const page = await admin(open, file)
  await table(page)
  const id = await page.locator('td.output-cell').first().getAttribute('data-element-id')
  await write(page, id, '"FIRE"')
  await page.getByText('已存入草稿').waitFor()
  const other = await browser.newContext()
  const session = await (await other.request.post(`${base}/api/session`, { data: { login: 'admin', password } })).json()
  const [draft] = (await (await other.request.get(`${base}/api/pack/drafts`)).json()).items
  const path = 'requests/routing.dmn'
  const theirs = (await (await other.request.get(`${base}/api/pack/file?path=${path}&draft=${draft.id}`)).text()).replace('"FIRE"', '"WATER"')
  await other.request.put(`${base}/api/pack/drafts/${draft.id}/file?path=${path}`, {
    data: theirs, headers: { 'X-CSRF-Token': session.csrf, 'If-Match': '*', 'Content-Type': 'text/plain' },
  })
  await write(page, id, '"GAS"')
  await page.getByText('有人也改了').waitFor()
  await shoot(page, 'rules-conflict-1440-zh', false)
  await page.getByRole('button', { name: '用对方的' }).click()
  await page.waitForFunction((cellId) => document.querySelector(`td[data-element-id="${cellId}"]`)?.textContent?.includes('WATER'), id)
  page.on('dialog', (dialog) => dialog.accept())
  await page.getByRole('button', { name: '撤销草稿' }).click()
  await page.getByText('与现行版本一致').waitFor()
})

spec('read and tried on a phone, in English', async ({ open }) => {
  const page = await admin(open, '/pack/rules', { size: 'phone', language: 'en' })
  await settle(page)
  await checkAxe(page, 'rules phone')
  await checkWidth(page, 'rules phone')
  await shoot(page, 'rules-list-phone-en')
  await go(page, `${file}&tab=try`)
  await page.locator('#try-topic').selectOption('power')
  await page.locator('#try-text').fill('停电两次')
  await page.getByRole('button', { name: 'Try' }).last().click()
  await page.locator('.matched').waitFor()
  await checkAxe(page, 'try phone')
  await checkWidth(page, 'try phone')
  await shoot(page, 'rules-try-phone-en')
  await page.getByRole('button', { name: 'View' }).click()
  await page.getByText('on a computer').waitFor()
  await page.locator('.tjs-table').first().waitFor()
  await checkWidth(page, 'table phone')
  await shoot(page, 'rules-view-phone-en', false)
  await go(page, '/pack/versions')
  await settle(page)
  await checkWidth(page, 'versions phone')
  await shoot(page, 'rules-versions-phone-en')
})

export default specs
