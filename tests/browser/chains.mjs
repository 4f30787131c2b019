// Industry chains at the Desk: a weak link is found, its reasons read, what is bought far and made near
// seen; by keyboard, as a table, on a phone.
import { check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`chains: ${name}`, body])

async function leader(open, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, 'lingdao1')
  await go(page, path)
  await page.locator('.graph .link, .scroll tbody tr').first().waitFor()
  return page
}

spec('a missing link is found, its reason and candidates read, by keyboard', async ({ open }) => {
  const page = await leader(open, '/desk/p/chains')
  await settle(page)
  await checkAxe(page, 'chain')
  await shoot(page, 'chains-graph-1440-zh')
  check((await page.locator('.link.missing').count()) >= 4, 'missing links are marked as such')
  check(await page.locator('.link.missing').first().innerText().then((text) => text.includes('缺')), 'and said in a word')
  const film = page.locator('.link', { hasText: '隔膜' })
  await film.focus()
  await page.keyboard.press('Enter')
  await page.locator('.panel').getByText('宜补链').waitFor()
  await page.locator('.panel').getByText('示例隔膜科技').waitFor()
  check(new URL(page.url()).searchParams.get('link') === 'N-SEP', 'the link stands in the address')
  await page.keyboard.press('ArrowRight')
  check((await page.evaluate(() => document.activeElement?.textContent ?? '')).length > 0 && !(await film.evaluate((el) => el === document.activeElement)), 'arrows move along the chain')
  await page.locator('.panel .neighbours button', { hasText: '动力电芯' }).click()
  await page.locator('.panel .list').getByText('南昌欣旺达').waitFor()
  await settle(page)
  await checkAxe(page, 'chain with a link open')
  await shoot(page, 'chains-link-1440-zh')
  await page.getByRole('button', { name: '表格' }).click()
  await page.locator('.scroll tbody tr').first().waitFor()
  check((await page.locator('.scroll tbody tr').count()) === 21, 'the table has every link')
  await checkAxe(page, 'chain as a table')
  await shoot(page, 'chains-table-1440-zh', false)
})

spec('another chain, and what is bought far though made near', async ({ open }) => {
  const page = await leader(open, '/desk/p/chains')
  await page.locator('select').first().selectOption('electronics')
  await page.locator('.link', { hasText: '印制电路板' }).waitFor()
  await settle(page)
  await checkWidth(page, 'electronics')
  await shoot(page, 'chains-electronics-1440-zh')
})

for (const [size, language] of [['phone', 'zh-CN'], ['phone', 'en'], ['tablet', 'zh-CN'], ['desk', 'en']]) {
  spec(`pages at ${size} in ${language}`, async ({ open }) => {
    const page = await leader(open, '/desk/p/chains?link=N-CELL', { size, language })
    await page.locator('.panel .list li').first().waitFor()
    await settle(page)
    await checkAxe(page, `chain ${size} ${language}`)
    await checkWidth(page, `chain ${size} ${language}`)
    await shoot(page, `chains-${size}-${language}`)
  })
}

export default specs
