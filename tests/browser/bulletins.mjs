// Bulletins: read, a number opened onto its records, published, read by anyone, checked; and a question of the
// Cockpit on a wall and on a phone.
import { check, checkAxe, checkWidth, go, password, settle, shoot, signIn, signInFast, sizes } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`bulletins: ${name}`, body])

spec('a bulletin is read, a number opens its records, an issue is published and holds', async ({ open }) => {
  const page = await open({ size: 'desk' })
  await signInFast(page, 'lingdao1')
  await go(page, '/desk/bulletins')
  await page.getByRole('link', { name: '2022年前三季度运行通报' }).first().click()
  await page.locator('article.bulletin').waitFor()
  check((await page.locator('article button.number', { hasText: '26' }).count()) >= 1, 'the number of projects stands in the text')
  await settle(page)
  await checkAxe(page, 'bulletin')
  await shoot(page, 'bulletin-desk-zh', true)
  await page.locator('article button.number', { hasText: '26' }).first().click()
  await page.locator('dialog tbody tr').nth(5).waitFor()
  await checkAxe(page, 'records of a number')
  await shoot(page, 'bulletin-records-desk-zh', false)
  await page.getByRole('button', { name: '关闭' }).click()
  await page.locator('#publish-reason').fill('季度发布')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('button', { name: '开始核对' }).click()
  await page.getByText('相符:本期由当时在册的记录算出').waitFor()
  await checkAxe(page, 'issue')
  await shoot(page, 'issue-desk-zh', true)
})

spec('anyone reads an issue on a phone', async ({ open }) => {
  const page = await open({ size: 'phone' })
  await go(page, '/bulletins')
  await page.getByRole('link', { name: '2022年前三季度运行通报' }).first().click()
  await page.locator('article.bulletin').waitFor()
  check((await page.locator('article button.number').count()) === 0, 'numbers do not open for who may not see records')
  await settle(page)
  await checkAxe(page, 'issue on a phone')
  await checkWidth(page)
  await shoot(page, 'issue-phone-zh', true)
})

for (const size of ['wall', 'phone'])
  spec(`a question of the Cockpit (${size})`, async ({ open }) => {
    const page = await open({ size, dark: size === 'wall' })
    await signIn(page, 'lingdao1', password, '/cockpit/p/ask_economy')
    await page.locator('.headline > .number').waitFor()
    await settle(page)
    check(/近十二个月/.test(await page.locator('.sentence').innerText()), 'the sentence is computed')
    await checkAxe(page, 'question')
    if (size === 'phone') await checkWidth(page)
    else {
      const { whole, drawn } = await page.evaluate(() => ({
        whole: document.documentElement.scrollHeight,
        drawn: Math.max(...[...document.querySelectorAll('.answer .chart')].map((chart) => chart.getBoundingClientRect().bottom)),
      }))
      check(whole <= sizes.wall.height && drawn > sizes.wall.height * 0.85, `drawings fill the wall and no more: ${drawn} of ${whole} px`)
    }
    await shoot(page, `question-${size}-zh`, size === 'phone')
    await page.locator('.headline > .number').click()
    await page.locator('dialog tbody tr').first().waitFor()
    await page.getByRole('button', { name: '关闭' }).click()
    if (size === 'wall') {
      await go(page, '/cockpit/p/ask_promises', false)
      await page.locator('.headline > .number').waitFor()
      await settle(page)
      await shoot(page, 'question-promises-wall-zh', false)
    }
  })

export default specs
