// What the zone could not do by itself, and what it no longer has to keep: an incident made by a step that
// calls a system this server may not call, skipped with a reason; a purge counted, which changes nothing.
import { asPerson, base, check, checkAxe, checkWidth, password, settle, shoot, signIn, until } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`operations: ${name}`, body])

/** The administrator beside the pages, with files of a draft as text. */
async function steward(browser) {
  const { request } = await browser.newContext()
  const said = await request.post(`${base}/api/session`, { data: { login: 'admin', password } })
  check(said.ok(), 'the administrator cannot sign in')
  const csrf = { 'X-CSRF-Token': (await said.json()).csrf }
  const answered = async (answer) => {
    check(answer.ok(), `${answer.url()}: ${await answer.text()}`)
    return answer
  }
  return {
    get: async (path) => (await answered(await request.get(base + path))).json(),
    text: async (path) => (await answered(await request.get(base + path))).text(),
    post: async (path, data, more = {}) => (await answered(await request.post(base + path, { data, headers: { ...csrf, ...more } }))).json(),
    put: async (path, data, more) =>
      (await answered(await request.put(base + path, { data, headers: { ...csrf, 'Content-Type': 'text/plain; charset=utf-8', ...more } }))).json(),
  }
}

/** The flow `f_answer` gets a step in its middle that asks a system outside. */
function withStep(bpmn) {
  const [whole, source, target] = bpmn.match(/<bpmn:sequenceFlow id="f_answer" sourceRef="(\w+)" targetRef="(\w+)" \/>/)
  const step =
    '<bpmn:serviceTask id="ask" name="查询信用" junma:nameEn="Ask for the credit" junma:handler="http" junma:connector="credit"' +
    ' junma:path=\'"/firms"\' junma:retries="0"><bpmn:incoming>f_answer</bpmn:incoming><bpmn:outgoing>f_answer_2</bpmn:outgoing></bpmn:serviceTask>'
  const flow = (id, from, to) => `<bpmn:sequenceFlow id="${id}" sourceRef="${from}" targetRef="${to}" />`
  return bpmn
    .replace(whole, step + flow('f_answer', source, 'ask') + flow('f_answer_2', 'ask', target))
    .replace(/<bpmn:incoming>f_answer<\/bpmn:incoming>(?!<bpmn:outgoing>f_answer_2)/, '<bpmn:incoming>f_answer_2</bpmn:incoming>')
}

async function deployStep(admin) {
  const draft = await admin.post('/api/pack/drafts', { title: '外部信用' })
  const file = (path) => `/api/pack/drafts/${draft.id}/file?path=${encodeURIComponent(path)}`
  const bpmn = await admin.text('/api/pack/file?path=requests/request.bpmn')
  await admin.put(file('requests/request.bpmn'), withStep(bpmn), { 'If-Match': '*' })
  const connectors = [{ code: 'credit', name: { zh: '信用', en: 'Credit' }, url: 'https://credit.example/api' }]
  const after = await admin.put(file('connectors.json'), JSON.stringify({ connectors }), { 'If-None-Match': '*' })
  await admin.post(`/api/pack/drafts/${draft.id}/deploy`, { reason: '试用' }, { 'If-Match': `"${after.number}"` })
}

/** A case of the firm that its unit has answered: the system's step is next. */
async function answeredCase(browser) {
  const firm = await asPerson(browser, 'qiye1')
  const power = await asPerson(browser, 'gongdian1')
  const made = await firm.post('/api/cases', {
    kind: 'request',
    data: { topic: 'power', title: '厂区停电', content: '三号厂房今天上午停电两次,请协调检修线路。', contact_name: '王小明', contact_phone: '13800138000', urgency: 'normal' },
  })
  await power.post(`/api/cases/${made.id}/verbs/sign`)
  await power.post(`/api/cases/${made.id}/verbs/reply`, { text: '已恢复供电。' })
  return made
}

spec('nothing to see to; then an incident is skipped with a reason', async ({ open, browser }) => {
  const page = await open({ size: 'desk' })
  await signIn(page, 'admin', password, '/pack/incidents')
  await page.getByText('没有待处理的异常').waitFor()
  await checkAxe(page, 'no incidents')
  await shoot(page, 'incidents-none-1440-zh', false)
  const admin = await steward(browser)
  const before = (await admin.get('/api/pack')).use.version
  await deployStep(admin)
  let made
  try {
    made = await answeredCase(browser)
    await until(async () => (await admin.get('/api/incidents')).items.length, 'an incident')
  } finally {
    await admin.post(`/api/pack/versions/${before}/deploy`, { reason: '恢复' })
  }
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const row = page.locator('li[data-incident]').filter({ hasText: made.number })
  await row.waitFor()
  check((await row.textContent()).includes('查询信用'), 'the step is named')
  await checkAxe(page, 'incidents')
  await shoot(page, 'incidents-1440-zh', false)
  const phone = await open({ language: 'en' })
  await signIn(phone, 'admin', password, '/pack/incidents')
  await phone.locator('li[data-incident]').first().waitFor()
  await checkAxe(phone, 'incidents on a phone')
  await checkWidth(phone, 'incidents on a phone')
  await shoot(phone, 'incidents-360-en', false)

  await row.getByRole('button', { name: /^跳过/ }).press('Enter')
  await page.getByRole('button', { name: '确认跳过' }).click()
  await page.locator('#skip-need').waitFor()
  await page.locator('#skip-reason').fill('对方系统已停用')
  await checkAxe(page, 'skip')
  await shoot(page, 'incidents-skip-1440-zh', false)
  await page.getByRole('button', { name: '确认跳过' }).click()
  await row.waitFor({ state: 'detached' })
  const desk = await asPerson(browser, 'shouchu1')
  const events = (await desk.get(`/api/cases/${made.id}`)).timeline
  const skip = events.find((one) => one.title.zh === '跳过自动办理')
  check(skip?.text === '对方系统已停用', 'the timeline says that it was skipped, and why')
  check(events.some((one) => one.verb === 'incident' && one.title.en), 'and that there was an incident')
  check(events.every((one) => one.title.zh && one.title.en), 'no entry without a name')
})

for (const [size, language] of [['desk', 'zh-CN'], ['phone', 'en']]) {
  spec(`a purge is counted and changes nothing, ${size} ${language}`, async ({ open, browser }) => {
    const admin = await steward(browser)
    const page = await open({ size, language })
    await signIn(page, 'admin', password, '/pack/purge')
    await page.locator('[data-kind=request]').waitFor()
    await page.locator('#purge-before').fill('2016-01-01')
    await page.locator('#purge-before').locator('xpath=../button').click()
    await page.locator('.note[role=status]').waitFor()
    const { due } = (await admin.get('/api/purges?before=2016-01-01')).items.find((one) => one.kind === 'request')
    check((await page.locator('.note li').first().textContent()).includes(String(due)), 'the count is the one of the server')
    check(!(await admin.get('/api/purges/past')).items.length, 'nothing was begun')
    await settle(page)
    await checkAxe(page, `purge ${size}`)
    await checkWidth(page, `purge ${size}`)
    await shoot(page, `purge-${size}-${language}`)
  })
}

export default specs
