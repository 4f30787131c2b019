// The road of a benefit that nobody applied for, from the enterprise's page on a phone over the Desk and the public notice
// to the payment; an objection from a phone, without signing in and signed in; a rule priced before it is issued, two drafts side by side.
import { asPerson, check, checkAxe, checkWidth, enter, go, passTime, settle, shoot } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`policies: ${name}`, body])
let list = '' // the list that the second spec draws, and the third one pays

spec("the enterprise's own page on a phone: licences, cases, what it is entitled to and why, who looked", async ({ open }) => {
  const page = await open({ size: 'phone' })
  await enter(page, 'qiye1', '/hall/benefits')
  await page.waitForURL(/\/mine#benefits/)
  await page.getByRole('heading', { name: '符合条件', exact: true }).waitFor()
  const entitled = page.locator('li', { has: page.getByRole('link', { name: '绿色工厂奖励' }) })
  await entitled.getByText('¥200,000.00').waitFor()
  await entitled.getByText('免申即享').waitFor()
  await entitled.locator('summary').filter({ hasText: '为什么' }).click()
  await entitled.getByText('绿色工厂级别').first().waitFor()
  await page.getByText('已支付').first().waitFor() // the list that the sample has paid
  await page.getByText('付款前电话核对收款账号').waitFor() // who looked, and why
  check((await page.locator('#licences li').count()) > 2, 'licences are there')
  await settle(page)
  await checkAxe(page, 'my enterprise')
  await checkWidth(page, 'my enterprise')
  await shoot(page, 'policies-mine-360-zh')
  await page.getByRole('link', { name: '绿色工厂奖励' }).first().click()
  await page.getByRole('heading', { name: '条件和金额' }).waitFor()
  await checkAxe(page, 'guide')
  await checkWidth(page, 'guide')
  await shoot(page, 'policies-guide-360-zh')
})

spec('the list is drawn, a line struck, the rest put under notice; anyone objects from a phone and is answered', async ({ open }) => {
  const desk = await open({ size: 'desk' })
  await enter(desk, 'jingfa1', '/desk/policies/green_factory')
  await desk.locator('.rows li').first().waitFor()
  await checkAxe(desk, 'match')
  await shoot(desk, 'policies-match-1440-zh', false)
  await desk.getByRole('button', { name: '拟制名单' }).click()
  await desk.waitForURL(/\/desk\/benefits\/\d+/)
  list = desk.url().split('/').pop()
  await desk.locator('.rows li').first().waitFor()
  await desk.getByRole('button', { name: /^删去/ }).last().click()
  await desk.locator('#r-reason').fill('认定已被撤销')
  await desk.getByRole('button', { name: '确定' }).click()
  await desk.getByText('已删去').first().waitFor()
  await desk.getByRole('button', { name: '其余全部保留' }).click()
  await desk.getByText('已审保留').first().waitFor()
  await checkAxe(desk, 'list')
  await shoot(desk, 'policies-list-1440-zh', false)
  await desk.getByRole('button', { name: '送公示' }).click()
  await desk.getByText('公示中').first().waitFor()

  const phone = await open({ size: 'phone' })
  await go(phone, '/hall/benefit-notices')
  await phone.getByText('绿色工厂奖励').first().click()
  await phone.locator('#o-text').waitFor()
  await checkAxe(phone, 'notice')
  await checkWidth(phone, 'notice')
  await shoot(phone, 'policies-notice-360-zh')
  await phone.locator('#o-text').fill('该企业的认定已经过期。')
  await phone.getByRole('button', { name: '提交异议' }).click()
  await phone.getByText('请填写姓名').waitFor()
  await phone.locator('#o-name').fill('李群众')
  await phone.locator('#o-phone').fill('13900000001')
  await phone.getByRole('button', { name: '提交异议' }).click()
  await phone.getByText('异议已收到').waitFor()

  await desk.reload()
  await desk.getByText('该企业的认定已经过期。').waitFor()
  await desk.getByLabel('答复', { exact: true }).fill('经核对,认定在有效期内。')
  await desk.getByRole('button', { name: '不成立' }).click()
  await desk.getByText('异议不成立').waitFor()
  await shoot(desk, 'policies-objection-1440-zh', false)
  await phone.reload()
  await phone.getByText('异议不成立:经核对,认定在有效期内。').waitFor()
})

spec('when the period is over it is confirmed and paid by others, and the enterprise is told on its phone', async ({ open, browser }) => {
  check(list, 'the list of the spec before')
  passTime("UPDATE benefit_list SET notice_to = '2020-01-02' WHERE id = CAST(? AS INTEGER)", list)
  const desk = await open({ size: 'desk' })
  await enter(desk, 'jingfa.fzr', `/desk/benefits/${list}`)
  await desk.getByRole('button', { name: '确认并承诺资金' }).click()
  await desk.getByText('已确认', { exact: true }).waitFor()

  const person = { zijin1: await asPerson(browser, 'zijin1'), 'zijin.fh': await asPerson(browser, 'zijin.fh') }
  await person.zijin1.post(`/api/benefits/lists/${list}/acts/pay`)
  const { items } = await person.zijin1.get('/api/fund-batches?fund=INDUSTRY&state=draft')
  await person.zijin1.post(`/api/fund-batches/${items[0].id}/submit`)
  await person['zijin.fh'].post(`/api/fund-batches/${items[0].id}/approve`)
  const { batch, lines } = await person.zijin1.get(`/api/fund-batches/${items[0].id}`)
  const rows = lines.map((line) => `${batch.number},${line.number},${(line.fen / 100).toFixed(2)},成功,T${line.number},`)
  await person.zijin1.send(`/api/fund-batches/${batch.id}/answer`, `批次号,序号,金额,结果,银行流水号,原因\n${rows.join('\n')}\n`, 'text/csv')

  const phone = await open({ size: 'phone' })
  await enter(phone, 'qiye1', '/hall/notices')
  const told = phone.getByRole('link', { name: /200,000.00 元已付到贵单位.*绿色工厂奖励/ })
  await told.waitFor()
  await phone.getByRole('link', { name: /“绿色工厂奖励”.*已确认,200,000.00 元/ }).waitFor()
  await phone.getByRole('link', { name: /已列入“绿色工厂奖励”拟兑现名单/ }).waitFor()
  await checkAxe(phone, 'notices of benefits')
  await checkWidth(phone, 'notices of benefits')
  await shoot(phone, 'policies-told-360-zh', false)
  await told.click()
  await phone.waitForURL(/\/mine#benefits/)
  const award = phone.locator('li', { has: phone.getByRole('link', { name: '绿色工厂奖励' }) }).first()
  await award.getByText('已支付').waitFor()
  await shoot(phone, 'policies-paid-360-zh', false)

  await enter(desk, 'zijin1', '/desk/funds/INDUSTRY') // the ledger's reference opens the line of the list
  await desk.locator('[data-entry]').filter({ hasText: '绿色工厂奖励' }).first().getByRole('link', { name: '兑现名单' }).click()
  await desk.waitForURL(new RegExp(`/desk/benefits/${list}\\?line=`))
  await desk.getByText('只显示所引用的这一行').waitFor()
  check((await desk.locator('.rows > li').count()) === 1, 'one line alone')
  await checkAxe(desk, 'one line of a list')
})

spec('whoever signed in and objects from a phone gets the reply as a notice', async ({ open, browser }) => {
  const phone = await open({ size: 'phone' })
  await enter(phone, 'qiye3', '/hall/benefit-notices')
  await phone.getByText('技术改造设备补助').first().click()
  await phone.locator('#o-text').fill('设备去年没有到货。')
  await phone.getByRole('button', { name: '提交异议' }).click()
  await phone.getByText('异议已收到').waitFor()
  const officer = await asPerson(browser, 'jingfa1')
  const id = phone.url().split('/').pop()
  const { objectionList } = await officer.get(`/api/benefits/lists/${id}`)
  const mine = objectionList.find((one) => one.text === '设备去年没有到货。')
  await officer.post(`/api/benefits/lists/${id}/objections/${mine.id}`, { uphold: false, reply: '到货验收单在去年十二月。' })
  await go(phone, '/hall/notices')
  await phone.getByRole('link', { name: /您对“技术改造设备补助”.*不成立。答复:到货验收单在去年十二月/ }).click()
  await phone.waitForURL(new RegExp(`/hall/benefit-notices/${id}`))
  await phone.getByText('异议不成立:到货验收单在去年十二月。').waitFor()
})

/** A draft of the pack in which a parameter has another value. */
async function drafted(admin, title, parameter, value) {
  const path = `policies/parameters/${parameter}.json`
  const draft = await admin.post('/api/pack/drafts', { title })
  const text = await admin.get(`/api/pack/file?path=${path}`)
  text.values.at(-1).value = value
  await admin.send(`/api/pack/drafts/${draft.id}/file?path=${path}`, JSON.stringify(text), 'text/plain', { method: 'PUT', headers: { 'If-Match': '*' } })
  return draft.id
}

spec('a rule is priced before it is issued: other parameters, and two drafts side by side, at a desk and on a phone', async ({ open, browser }) => {
  const page = await open({ size: 'desk' })
  await enter(page, 'shouchu1', '/pack/price?clause=power_increment')
  await page.getByRole('heading', { name: /按规模/ }).waitFor()
  await page.getByLabel('新增用电补贴标准').fill('0.2')
  await page.getByRole('button', { name: '测算' }).click()
  await page.getByRole('heading', { name: '两种规则对照' }).waitFor()
  check(await page.getByRole('columnheader', { name: '现行规则', exact: true }).count(), 'compared with the rule in use')
  const admin = await asPerson(browser, 'admin')
  const drafts = [await drafted(admin, '提高标准的草案', 'power_rate', 0.2), await drafted(admin, '降低起点的草案', 'power_floor', 1000)]
  const path = `/pack/price?clause=power_increment&draft=${drafts[0]}&against=${drafts[1]}`
  for (const [size, width] of [['desk', 1440], ['phone', 360]]) {
    const seen = size === 'desk' ? page : await open({ size })
    await (size === 'desk' ? go(seen, path) : enter(seen, 'shouchu1', path))
    await seen.getByRole('columnheader', { name: '提高标准的草案', exact: true }).waitFor()
    await seen.getByRole('columnheader', { name: '降低起点的草案', exact: true }).waitFor()
    check((await seen.getByRole('heading', { level: 3, name: /的草案$/ }).count()) === 2, 'who just misses is told of both')
    await settle(seen)
    await checkAxe(seen, `two drafts, ${size}`)
    await checkWidth(seen, `two drafts, ${size}`)
    await shoot(seen, `policies-price-${width}-zh`)
  }
})

spec('the library in English, on a phone', async ({ open }) => {
  const page = await open({ size: 'phone', language: 'en' })
  await go(page, '/hall/policies')
  await page.getByText('Reward for green factories').waitFor()
  await checkAxe(page, 'library')
  await checkWidth(page, 'library')
  await shoot(page, 'policies-library-360-en')
})

export default specs
