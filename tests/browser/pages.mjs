// Pages of systems, defined in the pack: the index, one page, its neighbours, what one may not see.
import { check, checkAxe, checkWidth, go, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`pages: ${name}`, body])

for (const size of ['desk', 'phone'])
  spec(`an officer opens a system's page (${size})`, async ({ open }) => {
    const page = await open({ size })
    await signInFast(page, 'shouchu1')
    await go(page, '/desk/systems')
    await page.getByRole('heading', { name: '项目专员' }).waitFor()
    await checkAxe(page, 'systems')
    await checkWidth(page)
    await shoot(page, `systems-${size}-zh`, true)
    await page.getByRole('link', { name: '在建项目' }).click()
    await page.getByRole('heading', { name: '在建项目', level: 1 }).waitFor()
    await page.locator('tbody tr, .cards li').first().waitFor()
    check((await page.title()).startsWith('在建项目'), 'the title is the page\'s')
    await checkAxe(page, 'a page of a system')
    await checkWidth(page)
    await shoot(page, `system-page-${size}-zh`, false)
  })

spec('a page that one may not see is not found, and says so', async ({ open }) => {
  const page = await open({ size: 'desk' })
  await signInFast(page, 'shouchu1')
  await go(page, '/desk/p/nowhere', false)
  await page.getByText('没有这个页面').waitFor()
})

spec('a tab with a program that an upgrade has replaced opens the next page with the new one', async ({ open }) => {
  const page = await open({ size: 'desk' })
  await go(page, '/')
  await page.evaluate(() => (window.former = true))
  await page.route(/assets\/ServicesPage-.*\.js$/, (route) =>
    new URL(page.url()).pathname === '/' ? route.fulfill({ status: 404 }) : route.continue(),
  )
  await page.getByRole('navigation').getByRole('link', { name: '事项目录' }).click()
  await page.waitForFunction(() => !window.former)
  await page.getByRole('heading', { name: '事项目录', level: 1 }).waitFor()
})

spec('a page that cannot be read without a connection says so, and is there again with one', async ({ open }) => {
  const page = await open({ size: 'phone', fresh: true })
  await go(page, '/')
  await page.context().setOffline(true)
  await page.getByRole('navigation').getByRole('link', { name: '常见解答' }).click()
  await page.getByText('网络已断开').waitFor()
  await page.context().setOffline(false)
  await page.getByText('网络已断开').waitFor({ state: 'detached' })
  await page.getByRole('navigation').getByRole('link', { name: '常见解答' }).click()
  await page.getByRole('heading', { name: '常见解答', level: 1 }).waitFor()
})

export default specs
