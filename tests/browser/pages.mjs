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

export default specs
