// Many put onto a list in one go: enterprises of a campaign spread over two visitors, undone as one; on a phone
// one that cannot be taken is told and left out; key enterprises under duty.
import { asPerson, check, checkAxe, checkWidth, settle, shoot, enter } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`enlist: ${name}`, body])
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

async function campaign(browser, more = '') {
  const officer = await asPerson(browser, 'shouchu1')
  const number = `E${String(Date.now() % 1e7).padStart(7, '0')}${more}`
  const made = await officer.post('/api/registers/campaign/records', { data: { number, name: `示例走访${number}`, from_on: day(-2), to_on: day(30) }, reason: '测试' })
  const visits = async () => (await officer.get(`/api/registers/visit/records?limit=500&where=${encodeURIComponent(JSON.stringify([{ column: 'campaign', compare: 'is', value: number }]))}`)).items
  return { officer, number, id: made.id, visits }
}
async function opened(open, login, path, size) {
  const page = await open({ size })
  await enter(page, login, path)
  await settle(page)
  return page
}

spec('a campaign: all found are ticked, spread over two, checked, put on the list and undone', async ({ open, browser }) => {
  const given = await campaign(browser)
  const page = await opened(open, 'shouchu1', '/desk/p/visit_enlist', 'desk')
  await page.getByText('先选一份名单').waitFor()
  await checkAxe(page, 'enlist without a list')
  await page.locator('#enlist-within').selectOption(given.id)
  await page.getByText('名单上已有0条').waitFor()
  await page.getByRole('button', { name: '规模以上' }).click()
  await page.getByRole('button', { name: '规模以上', pressed: true }).waitFor()
  await page.getByRole('button', { name: '选中找到的全部' }).click()
  const heading = page.locator('.give h2')
  await page.waitForFunction(() => /^已选[1-9]/.test(document.querySelector('.give h2').textContent))
  const n = Number((await heading.textContent()).replace(/\D/g, ''))
  check(n > 10, `only ${n} were ticked`)
  await page.locator('#enlist-who').selectOption({ label: '周立群' })
  await page.locator('.give .chip', { hasText: '周立群' }).waitFor()
  await page.locator('#enlist-who').selectOption({ label: '邓婉清' })
  await page.locator('.give .chip', { hasText: '邓婉清' }).waitFor()
  await page.locator('#record-due_on').fill(day(14))
  await page.getByRole('button', { name: '核对' }).click()
  await page.getByText(`可新列入${n}条`).waitFor()
  await page.locator('.give .note li', { hasText: `周立群 ${Math.ceil(n / 2)}条` }).waitFor()
  check((await given.visits()).length === 0, 'a check must write nothing')
  await checkAxe(page, 'enlist checked')
  await checkWidth(page, 'enlist checked')
  await shoot(page, 'enlist-checked-1440-zh', false)
  await page.getByRole('button', { name: `列入${n}条` }).click()
  await page.getByText(`已列入${n}条`).waitFor()
  const made = await given.visits()
  check(made.length === n && made.every((one) => one.data.due_on === day(14)), `${made.length} visits were made`)
  await page.getByText(`名单上已有${n}条`).waitFor()
  await page.locator('td .held, th .held', { hasText: '已在名单' }).first().waitFor()
  check(await page.locator('tbody input[type=checkbox]').first().isDisabled(), 'what is on the list cannot be ticked')
  await checkAxe(page, 'enlist done')
  await shoot(page, 'enlist-done-1440-zh', false)
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByText(`已撤销${n}条`).waitFor()
  await page.getByText('名单上已有0条').waitFor()
  check((await given.visits()).length === 0, 'all are undone')
})

spec('on a phone: one is refused, nothing is written, it is left out', async ({ open, browser }) => {
  // the longest number that the register takes has 20 bytes: after 99 there is no room
  const given = await campaign(browser, '000000000')
  const found = (await given.officer.get('/api/registers/enterprise/records?limit=10')).items
  await given.officer.post('/api/registers/visit/records', { data: { number: `${given.number}-98`, title: '手写', campaign: given.number, enterprise: found[5].data.credit_code }, reason: '测试' })
  const page = await opened(open, 'shouchu1', `/desk/p/visit_enlist?within=${given.id}`, 'phone')
  const tick = (at) => page.getByRole('checkbox', { name: `选中${found[at].label}`, exact: true })
  await tick(0).check()
  await tick(1).check()
  await page.locator('.give h2', { hasText: '已选2条' }).waitFor()
  await shoot(page, 'enlist-ticked-phone-zh', false)
  await page.getByRole('button', { name: '已选2条,去分派' }).click()
  await page.getByRole('button', { name: '核对' }).click()
  await page.getByText('1条不能列入').waitFor()
  await page.locator('.give .note', { hasText: found[1].label }).waitFor()
  await checkAxe(page, 'enlist on a phone')
  await checkWidth(page, 'enlist on a phone')
  await page.locator('.give').scrollIntoViewIfNeeded()
  await shoot(page, 'enlist-refused-phone-zh', false)
  await page.getByRole('button', { name: '去掉这1条' }).click()
  await page.locator('.give h2', { hasText: '已选1条' }).waitFor()
  await page.getByRole('button', { name: '核对' }).click()
  await page.getByRole('button', { name: '列入1条' }).click()
  await page.getByText('名单上已有2条').waitFor()
  check((await given.visits()).length === 2, 'one visit is made')
  await shoot(page, 'enlist-phone-zh', true)
})

spec('key enterprises are put under duty', async ({ open }) => {
  const page = await opened(open, 'shouchu1', '/desk/p/duty_enlist', 'desk')
  await page.locator('#enlist-within option').nth(1).waitFor({ state: 'attached' })
  await page.locator('#enlist-within').selectOption({ index: 1 })
  await page.getByRole('button', { name: '规模以上', pressed: true }).waitFor()
  await page.locator('tbody input[type=checkbox]:enabled').first().check()
  await page.getByRole('button', { name: '核对' }).click()
  await page.getByRole('button', { name: '列入1条' }).click()
  await page.getByText('已列入1条').waitFor()
})

export default specs
