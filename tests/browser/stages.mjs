// Work in states: a problem is put right, verified by somebody else, struck off; a lead goes on and is lost;
// a signing becomes a project; who looked into the compartment.
import { asPerson, check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const specs = []
const spec = (name, body) => specs.push([`stages: ${name}`, body])

async function as(open, login, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, login)
  await go(page, path)
  await settle(page)
  return page
}

spec('a problem is verified by somebody else than who put it right', async ({ open, browser }) => {
  const inspector = await asPerson(browser, 'jijian1')
  const worker = await asPerson(browser, 'jingfa1')
  const number = `B${Date.now() % 1e7}`
  const record = (data) => ({ data, reason: '测试' })
  await inspector.post('/api/registers/rect_problem/records', record({ number, title: `示例浏览器问题${number}`, campaign: 'Z2602', kind: 'service', source: 'inspection', found_on: '2026-11-02', unit: 'ECO', limit_days: 10 }))
  await worker.post('/api/registers/rect_measure/records', record({ problem: number, text: '示例措施', unit: 'ECO', from_on: '2026-11-03', limit_days: 5, done_on: '2026-11-05' }))
  const page = await as(open, 'jingfa1', '/desk/p/rectification?state=open')
  const row = page.locator('li', { hasText: `示例浏览器问题${number}` })
  await row.waitFor()
  await checkAxe(page, 'board')
  await shoot(page, 'stages-board-1440-zh', false)
  await row.getByRole('button', { name: '报整改完成' }).click()
  await row.locator('#record-fixed_note').fill('已逐项整改')
  await row.locator('input[type=file]').setInputFiles({ name: 'after.png', mimeType: 'image/png', buffer: picture })
  await row.locator('li.done, .list li').getByText('after.png').waitFor()
  await checkAxe(page, 'board with an action')
  await shoot(page, 'stages-evidence-1440-zh', false)
  await row.getByRole('button', { name: '确认:报整改完成' }).click()
  await row.waitFor({ state: 'detached' })
  await page.locator('.chip', { hasText: '待核验' }).click()
  await row.waitFor()
  await row.locator('.thumbs img').waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll('.thumbs img')].every((image) => image.complete && image.naturalWidth > 0))
  await row.getByRole('button', { name: '核验通过' }).click()
  await row.getByRole('button', { name: '确认:核验通过' }).click()
  await row.getByText('核验人不能是整改人本人').waitFor()
  await shoot(page, 'stages-refused-1440-zh', false)
  const other = await as(open, 'jijian1', '/desk/p/rectification?state=fixed')
  const theirs = other.locator('li', { hasText: `示例浏览器问题${number}` })
  await theirs.getByRole('button', { name: '核验通过' }).click()
  await theirs.getByRole('button', { name: '确认:核验通过' }).click()
  await theirs.waitFor({ state: 'detached' })
  await other.locator('.chip', { hasText: '待销号' }).click()
  await theirs.getByRole('button', { name: '销号' }).click()
  await theirs.getByRole('button', { name: '确认:销号' }).click()
  await theirs.waitFor({ state: 'detached' })
})

spec('on a phone: the list of problems, and one sent back with what is missing', async ({ open, browser }) => {
  const [inspector, worker] = [await asPerson(browser, 'jijian1'), await asPerson(browser, 'jingfa1')]
  const number = `P${Date.now() % 1e7}`
  const record = (data) => ({ data, reason: '测试' })
  const made = await inspector.post('/api/registers/rect_problem/records', record({ number, title: `示例手机问题${number}`, campaign: 'Z2602', kind: 'service', source: 'inspection', found_on: '2026-11-02', unit: 'ECO', limit_days: 10 }))
  await worker.post('/api/registers/rect_measure/records', record({ problem: number, text: '示例措施', unit: 'ECO', from_on: '2026-11-03', limit_days: 5, done_on: '2026-11-05' }))
  const page = await as(open, 'jingfa1', '/desk/p/rectification?state=open', { size: 'phone' })
  const row = page.locator('li', { hasText: `示例手机问题${number}` })
  await row.getByRole('button', { name: '报整改完成' }).click()
  await row.locator('#record-fixed_note').fill('已整改')
  await checkAxe(page, 'board on a phone')
  await checkWidth(page, 'board on a phone')
  await shoot(page, 'stages-board-phone-zh', false)
  await row.getByRole('button', { name: '确认:报整改完成' }).click()
  await row.waitFor({ state: 'detached' })
  const other = await as(open, 'jijian1', '/desk/p/rectification?state=fixed', { size: 'phone' })
  const theirs = other.locator('li', { hasText: `示例手机问题${number}` })
  await theirs.getByRole('button', { name: '退回再改' }).click()
  await theirs.getByRole('button', { name: '确认:退回再改' }).click()
  await theirs.getByText('退回要写明还差什么').waitFor()
  await theirs.locator('#record-verify_note').fill('缺现场照片')
  await theirs.getByRole('button', { name: '确认:退回再改' }).click()
  await theirs.waitFor({ state: 'detached' })
  const now = await inspector.get(`/api/registers/rect_problem/records/${made.id}`)
  check(now.data.state === 'returned', 'it is to be put right again')
})

spec('the compartment is closed to the administrator, and a look by who may is journalled', async ({ open, browser }) => {
  const page = await as(open, 'jijian1', '/desk/registers/discipline_clue', { size: 'phone' })
  await page.locator('tbody tr a').first().click()
  await page.locator('main h1').first().waitFor()
  await settle(page)
  await checkAxe(page, 'a clue')
  await checkWidth(page, 'a clue')
  await shoot(page, 'stages-clue-phone-zh', false)
  const looked = await as(open, 'lingdao1', '/desk/p/clue_looks')
  await looked.locator('main', { hasText: '贺清廉' }).waitFor()
  const admin = await asPerson(browser, 'admin')
  check((await admin.get('/api/registers/discipline_clue/records')).status === 404, 'for him there is none')
  check(!(await admin.get('/api/registers')).items.some((one) => one.code === 'discipline_clue'), 'nor in the list')
})

spec('who opens a page of a house that is not his is told so, there', async ({ open }) => {
  const page = await as(open, 'admin', '/desk/registers/discipline_clue', { size: 'phone' })
  await page.getByRole('heading', { name: '您没有权限查看本页' }).waitFor()
  check(new URL(page.url()).pathname === '/desk/registers/discipline_clue', 'at the address that was asked for')
  check(!(await page.locator('main').innerText()).includes('线索'), 'nothing of the compartment is named')
  await checkAxe(page, 'closed')
  await checkWidth(page, 'closed')
  await shoot(page, 'stages-closed-phone-zh', false)
  await page.getByRole('link', { name: '去配置' }).click()
  await page.waitForURL('**/pack/**')
})

spec('a card of a board is moved by the keyboard alone', async ({ open, browser }) => {
  const inspector = await asPerson(browser, 'jijian1')
  const number = `K${Date.now() % 1e7}`
  await inspector.post('/api/registers/rect_problem/records', { reason: '测试', data: { number, title: `示例键盘问题${number}`, campaign: 'Z2602', kind: 'service', source: 'inspection', found_on: '2026-11-02', unit: 'ECO', limit_days: 10 } })
  await (await asPerson(browser, 'jingfa1')).post('/api/registers/rect_measure/records', { reason: '测试', data: { problem: number, text: '示例措施', unit: 'ECO', from_on: '2026-11-03', limit_days: 5, done_on: '2026-11-05' } })
  const page = await as(open, 'jingfa1', '/desk/p/rectification?state=open')
  const row = page.locator('li', { hasText: `示例键盘问题${number}` })
  await row.getByRole('link').first().focus()
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim())
  const tabTo = async (words) => {
    for (let left = 8; (await focused()) !== words; await page.keyboard.press('Tab')) check(left--, `Tab does not reach ${words}`)
  }
  await tabTo('报整改完成')
  await page.keyboard.press('Enter')
  await row.locator('#record-fixed_note').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.type('按键盘办理')
  await page.keyboard.press('Tab')
  await tabTo('确认:报整改完成')
  await page.keyboard.press('Enter')
  await row.waitFor({ state: 'detached' })
  await page.locator('.chip', { hasText: '待核验' }).focus()
  await page.keyboard.press('Enter')
  await row.waitFor()
})

spec('who looked into the compartment is seen, also who tried', async ({ open, browser }) => {
  const admin = await asPerson(browser, 'admin')
  await admin.get('/api/registers/discipline_clue/records')
  const page = await as(open, 'lingdao1', '/desk/p/clue_looks')
  await page.locator('.refused', { hasText: '管理员' }).first().waitFor()
  await checkAxe(page, 'looks')
  await shoot(page, 'stages-looks-1440-zh', false)
})

spec('the funnel is read, and a signing becomes a project', async ({ open, browser }) => {
  const page = await as(open, 'zhaoshang1', '/desk/p/funnel')
  await page.locator('.funnel tbody tr').nth(4).waitFor()
  await checkAxe(page, 'funnel')
  await shoot(page, 'stages-funnel-1440-zh')
  const person = await asPerson(browser, 'zhaoshang1')
  const made = await person.post('/api/registers/signing/records', { data: { number: `B${Date.now() % 1e7}`, name: '示例浏览器签约', partner: '示例企业', chain: 'nev', signed_on: '2026-11-02', builds: true } })
  await go(page, `/desk/registers/signing/${made.id}`)
  await page.getByRole('button', { name: '转为项目' }).click()
  await page.getByRole('link', { name: '示例浏览器签约' }).first().waitFor()
  await settle(page)
  await checkAxe(page, 'signing')
})

for (const [size, language] of [['phone', 'zh-CN'], ['desk', 'en']]) {
  spec(`pages at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, size === 'phone' ? 'zhaoshang1' : 'lingdao1', '/desk/p/leads', { size, language })
    await page.locator('.board li').first().waitFor()
    for (const [path, what] of [['/desk/p/leads', 'leads'], ['/desk/p/funnel', 'funnel']]) {
      await go(page, path)
      await page.locator('.board li, .funnel tbody tr').first().waitFor()
      await settle(page)
      await checkAxe(page, `${what} ${size} ${language}`)
      await checkWidth(page, `${what} ${size} ${language}`)
      await shoot(page, `stages-${what}-${size}-${language}`)
    }
  })
}

export default specs
