// Monthly filings: an enterprise files its report on a phone, with its checks and its draft; the officer sees who has
// not, reminds them in one press, sends one back, and the enterprise hears of it.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`filings: ${name}`, body])

async function as(open, login, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signIn(page, login, password, '/')
  await go(page, path)
  await settle(page)
  return page
}
const fill = (page, column, text) => page.locator(`#record-${column}`).fill(text)

spec('a report filed on a phone: checked as typed, kept as a draft, handed in', async ({ open }) => {
  const page = await as(open, 'qiye1', '/p/report_form', { size: 'phone' })
  await page.locator('form.filing').waitFor()
  await page.getByText('上年同月').first().waitFor()
  await checkAxe(page, 'the form')
  await checkWidth(page, 'the form')
  await shoot(page, 'filings-form-phone-zh')
  for (const [column, text] of [['output', '900000000'], ['added', '950000000'], ['price_index', '100.5'], ['electricity', '8700000'], ['employees', '832']]) await fill(page, column, text)
  await page.getByText('增加值不能大于产值').waitFor()
  await fill(page, 'added', '200000000')
  await page.locator('#record-explanation-fault').waitFor()
  await page.getByText('草稿已保存').waitFor()
  await checkAxe(page, 'with a doubt')
  await shoot(page, 'filings-doubt-phone-zh')
  await page.reload()
  await page.getByText('已恢复您上次没有报送的草稿').waitFor()
  check((await page.locator('#record-output').inputValue()) === '900000000', 'the draft has what was typed')
  const kept = async () => (await page.request.get(`${base}/api/drafts/filing.report_form.${month}`)).json()
  const month = await page.evaluate(() => Object.keys(localStorage).find((key) => key.startsWith('junma.filing.')).split('report_form.')[1])
  for (let i = 0; i < 50 && (await kept()).data?.values?.added !== 20000000000; i++) await page.waitForTimeout(100)
  const other = await as(open, 'qiye1', '/p/report_form', { size: 'phone', language: 'en' }) // another device of the same account
  await other.getByText('Your draft was brought back.').waitFor()
  check((await other.locator('#record-output').inputValue()) === '900000000', 'the draft is there on another device')
  await fill(page, 'explanation', '示例:新生产线投产')
  await page.getByText('核对通过').waitFor()
  await page.getByRole('button', { name: '报送', exact: true }).click()
  await page.getByText('已报送').first().waitFor()
  await page.getByRole('button', { name: '修改已报数据' }).waitFor()
  await checkAxe(page, 'handed in')
  await shoot(page, 'filings-sent-phone-zh')
})

spec('the officer reminds those who have not filed, and sends one back', async ({ open, browser }) => {
  const page = await as(open, 'jingfa1', '/desk/p/reports_state')
  await page.locator('.list li').nth(10).waitFor()
  await checkAxe(page, 'the list')
  await shoot(page, 'filings-desk-1440-zh')
  await page.getByRole('button', { name: /^催报全部未报/ }).click()
  await page.getByText(/已催报\d+家/).waitFor()
  await page.getByText('今天已催').first().waitFor()
  await page.getByText('分组看报送进度').click()
  await page.locator('.groups .line').first().waitFor()
  await page.getByRole('button', { name: /^待审核/ }).click()
  await settle(page)
  const first = page.locator('.list li').first()
  const name = await first.locator('a').innerText()
  await first.getByRole('button', { name: /^退回/ }).click()
  await page.getByRole('button', { name: '退回', exact: true }).click()
  await page.getByText('请写明退回的原因').waitFor()
  await page.locator('#filing-reason').fill('用电量请再核对')
  await checkAxe(page, 'sending back')
  await shoot(page, 'filings-back-1440-zh', false)
  await page.getByRole('button', { name: '退回', exact: true }).click()
  await page.getByText(`已退回:${name}`).waitFor()
  const told = await (await asPerson(browser, 'qiye2')).get('/api/notices')
  check(told.items.some((one) => one.page === 'report_form' && one.text.zh.includes('月报')), 'the enterprise has a notice that opens its form')
})

spec('what was sent back is corrected', async ({ open }) => {
  const page = await as(open, 'qiye2', '/p/report_form', { size: 'phone', language: 'en' })
  await page.getByText('Sent back:').first().waitFor()
  await checkAxe(page, 'sent back')
  await shoot(page, 'filings-returned-phone-en')
  await page.locator('#record-exports').fill('1200000')
  await page.getByRole('button', { name: 'Hand in again' }).click()
  await page.getByRole('button', { name: 'Change what was filed' }).waitFor()
})

for (const [size, language] of [['phone', 'zh-CN'], ['desk', 'en']]) {
  spec(`the officer's page at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, 'shouchu1', '/desk/p/reports_state', { size, language })
    await page.locator('.list li').first().waitFor()
    await checkAxe(page, `list ${size}`)
    await checkWidth(page, `list ${size}`)
    await shoot(page, `filings-desk-${size}-${language}`, false)
  })
}

export default specs
