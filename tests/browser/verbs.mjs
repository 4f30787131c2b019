// Verbs about other people at the Desk: whom to ask is chosen in a panel, the case shows who has signed, a
// return says what ends, what is rarely needed stands under "more"; orders and copies have a page.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

let people = null

async function who(page) {
  if (people) return people
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  people = Object.fromEntries(['contact', 'handler', 'head', 'leader'].map((role) => [role, demoAccounts.find((one) => one.role === role)?.login]))
  return people
}

/** A case that the handler has signed for, and the people who act on it over the interface. */
async function atWork(browser, page) {
  const logins = await who(page)
  const hands = {}
  for (const role of Object.keys(logins)) hands[role] = await asPerson(browser, logins[role])
  const made = await hands.contact.post('/api/cases', {
    kind: 'request',
    data: { topic: 'policy', title: '补贴何时拨付请会办', content: '技术改造项目已验收,补贴资金尚未到账,请告知拨付时间。', urgency: 'normal', contact_name: '测试联系人', contact_phone: '13800001234' },
    channel: 'web',
  })
  await hands.handler.post(`/api/cases/${made.id}/verbs/sign`)
  return { made, hands, logins }
}

async function caseOf(open, role, size, id) {
  const page = await open({ size })
  const logins = await who(page)
  await signIn(page, logins[role], password, `/desk/cases/${id}`)
  await page.locator('.case').waitFor()
  await settle(page)
  return page
}

const specs = []
const spec = (name, body) => specs.push([`verbs: ${name}`, body])

spec('signers are chosen in a panel, sign, and the case shows who has not yet', async ({ open, browser }) => {
  const first = await open({ size: 'desk' })
  const { made, hands } = await atWork(browser, first)
  const page = await caseOf(open, 'handler', 'desk', made.id)
  check(!(await page.locator('[data-verb=countersign]').count()), 'what is rarely needed does not stand in the bar')
  await page.locator('.bar .more').click()
  await page.locator('[data-verb=countersign]').click()
  await page.getByLabel('票签').check()
  await page.locator('#v-text').fill('拟拨付,请会签。')
  await page.keyboard.press('Control+Enter')
  check((await page.locator('.panel').innerText()).includes('请选择人员或单位'), 'somebody must be named')
  await page.locator('#v-signers').fill('财政')
  await page.locator('[role=option]').first().click()
  await page.locator('.people .btn', { hasText: '整个单位' }).click()
  await page.locator('#v-signers').fill('经济发展')
  await page.locator('[role=option]').first().click()
  await page.locator('.people .btn').nth(1).click()
  check((await page.locator('.chosen li').count()) === 2, 'two are chosen')
  await checkAxe(page, 'signers')
  await checkWidth(page, 'signers')
  await shoot(page, 'verbs-signers-1440-zh', false)
  await page.locator('#v-text').focus()
  await page.keyboard.press('Control+Enter')
  const progress = page.locator('section', { hasText: '会办进度' }).first()
  await progress.waitFor()
  check((await progress.innerText()).includes('已签0人'), 'nobody has signed yet')
  const now = await hands.handler.get(`/api/cases/${made.id}`)
  check(now.tasks.filter((task) => task.relation === 'countersign').length === 2, 'both were asked')
  await checkAxe(page, 'progress')
})

spec('a return names the tasks that end with it, on a phone too', async ({ open, browser }) => {
  const first = await open({ size: 'desk' })
  const { made, hands } = await atWork(browser, first)
  const head = await hands.head.get('/api/session')
  await hands.handler.post(`/api/cases/${made.id}/verbs/add_signer`, { position: 'beside', text: '请一并核实。', signers: [{ unit: head.account.unit, assignee: head.account.id }] })
  const page = await caseOf(open, 'handler', 'phone', made.id)
  await page.locator('[data-verb=return]').click()
  await page.locator('.ends').waitFor()
  check((await page.locator('.ends').innerText()).includes('并加签'), 'the signer is named')
  await checkAxe(page, 'return')
  await checkWidth(page, 'return')
  await shoot(page, 'verbs-return-360-zh')
})

spec('an order shows its clock to the unit, a copy its receipt', async ({ open, browser }) => {
  const first = await open({ size: 'desk' })
  const { made, hands } = await atWork(browser, first)
  await hands.leader.post(`/api/cases/${made.id}/verbs/supervise`, { text: '请两日内反馈。', days: 2 })
  const leader = await hands.leader.get('/api/session')
  await hands.handler.post(`/api/cases/${made.id}/verbs/copy`, { signers: [{ unit: leader.account.unit, assignee: leader.account.id }] })
  const page = await caseOf(open, 'handler', 'desk', made.id)
  check((await page.locator('.order').innerText()).includes('待反馈'), 'the case shows the order')
  await go(page, '/desk/orders')
  await page.locator('.list li', { hasText: made.number }).waitFor()
  await checkAxe(page, 'orders')
  await shoot(page, 'verbs-orders-1440-zh', false)
  const reader = await caseOf(open, 'leader', 'phone', made.id)
  await reader.locator('[data-verb=read]').click()
  await reader.locator('.copy.read').waitFor()
  await go(reader, '/desk/orders?list=copies')
  await reader.locator('.list li', { hasText: made.number }).waitFor()
  await checkWidth(reader, 'copies')
})

export default specs
