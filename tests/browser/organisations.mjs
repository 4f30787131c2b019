// Organisations: who is not covered and why, the rule behind it, one that becomes covered, the map.
import { check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`organisations: ${name}`, body])

async function as(open, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, options.login ?? 'shouchu1')
  await go(page, path)
  return page
}
const reasons = { 'zh-CN': /宜联合组建|先派指导员|应单独组建|未派指导员/, en: /joint branch|instructor|branch of its own/i }

for (const [size, language] of [['desk', 'zh-CN'], ['phone', 'zh-CN'], ['phone', 'en'], ['desk', 'en']])
  spec(`who is not covered twice, each with its reason, at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, '/desk/p/uncovered', { size, language })
    const rows = page.locator('.table tbody tr, .cards > li')
    await rows.nth(3).waitFor()
    const texts = await rows.allInnerTexts()
    check(texts.every((text) => reasons[language].test(text)), `without a reason: ${texts.find((text) => !reasons[language].test(text))}`)
    check(!texts.some((text) => /(^|\s)双覆盖|Covered twice/.test(text)), 'nobody who is covered twice stands here')
    await checkAxe(page, `uncovered ${size} ${language}`)
    await checkWidth(page, `uncovered ${size} ${language}`)
    await shoot(page, `organisations-uncovered-${size}-${language}`, false)
  })

spec('the rule is a table that one can read, and covers when an instructor is sent', async ({ open }) => {
  const page = await as(open, '/desk/p/uncovered')
  await page.getByRole('link', { name: '判定表' }).click()
  await page.getByText('党员满3名、应单独组建').first().waitFor()
  await shoot(page, 'organisations-rule-1440-zh', false)
  const list = async (where) =>
    (await (await page.request.get(new URL(`/api/registers/org_coverage/records?limit=1&where=${encodeURIComponent(JSON.stringify(where))}`, page.url()).href)).json()).items[0]
  const one = await list([{ column: 'reason', value: 'noinstructor' }])
  check(one, 'the sample has one with an organisation and no instructor')
  await go(page, `/desk/registers/org_coverage/${one.id}`)
  await page.getByText('仅组织覆盖').first().waitFor()
  await page.getByRole('button', { name: /修改/ }).or(page.getByRole('link', { name: /修改/ })).first().click()
  await page.locator('#record-instructor').selectOption('true')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('双覆盖', { exact: true }).first().waitFor()
  await page.getByText('第2版').first().waitFor()
  await checkAxe(page, 'coverage record')
  await shoot(page, 'organisations-covered-1440-zh', false)
})

for (const [size, language] of [['desk', 'zh-CN'], ['phone', 'en']])
  spec(`the map of organisations at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, '/desk/p/red_map', { size, language, login: 'lingdao1' })
    await page.locator('.map[data-ready]').first().waitFor()
    if (size === 'phone') await page.locator('.legends summary').click()
    const off = page.getByLabel(language === 'en' ? /^Organisation only/ : /^仅组织覆盖/).first()
    check(!(await off.isChecked()), 'who is not covered is switched on by hand')
    await off.check()
    await settle(page)
    await checkAxe(page, `red map ${size}`)
    await checkWidth(page, `red map ${size}`)
    await shoot(page, `organisations-map-${size}-${language}`, false)
    await page.getByRole('button', { name: language === 'en' ? /list/i : '看列表' }).first().click()
    await page.getByRole('button', { name: /示例/ }).first().waitFor()
    await checkAxe(page, `red map as a list ${size}`)
  })

export default specs
