// A lead moves to the next stage and what was said is logged in the same press; a signed lead becomes a signing.
import { asPerson, check, checkAxe, checkWidth, enter, settle, shoot } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`leads: ${name}`, body])

async function lead(browser, more = {}) {
  const person = await asPerson(browser, 'zhaoshang1')
  const me = (await person.get('/api/session')).account.id
  const number = `L${Date.now() % 1e7}`
  const data = { number, name: `示例浏览器线索${number}`, origin: 'self', unit: 'INV', owner: me, found_on: '2026-11-02', next_step: '联系', next_on: '2026-11-03', ...more }
  const made = await person.post('/api/registers/lead/records', { data, reason: '测试' })
  return { person, number, title: data.name, id: made.id }
}

for (const size of ['desk', 'phone'])
  spec(`in touch, logged in one press, ${size}`, async ({ open, browser }) => {
    const given = await lead(browser)
    const page = await open({ size })
    await enter(page, 'zhaoshang1', '/desk/p/leads?state=found')
    await settle(page)
    const row = page.locator('li', { hasText: given.title })
    await row.getByRole('button', { name: '已接触' }).click()
    await row.getByRole('group', { name: '接触与考察' }).waitFor()
    await row.locator('#record-ours').fill('胡正阳')
    await row.getByRole('button', { name: '确认:已接触' }).click()
    await row.locator('#record-note-fault').waitFor() // what was said is missing: nothing moved
    check((await given.person.get(`/api/registers/lead/records/${given.id}`)).data.stage === 'found', 'the lead has not moved')
    await checkAxe(page, `in touch, ${size}`)
    await checkWidth(page, `in touch, ${size}`)
    await row.locator('.asks').scrollIntoViewIfNeeded()
    await shoot(page, `leads-log-${size}-zh`, false)
    await row.locator('#record-kind').selectOption('call')
    await row.locator('#record-note').fill('谈了用地')
    await row.getByRole('button', { name: '确认:已接触' }).click()
    await row.waitFor({ state: 'detached' })
    const now = (await given.person.get(`/api/registers/lead/records/${given.id}`)).data
    check(now.stage === 'contacted' && now.contacts === 1, `${now.stage}, ${now.contacts} contacts`)
  })

spec('a signed lead becomes a signing in one press', async ({ open, browser }) => {
  const given = await lead(browser, { contacted_on: '2026-11-03', signed_on: '2026-11-04', investment: 100000000 })
  const page = await open({ size: 'phone' })
  await enter(page, 'zhaoshang1', `/desk/registers/lead/${given.id}`)
  await settle(page)
  await page.getByRole('button', { name: '登记签约' }).click()
  await page.getByText(`已建立签约:${given.title}`).waitFor()
  const made = page.getByRole('link', { name: given.title })
  await made.first().waitFor()
  await checkAxe(page, 'a lead that was signed')
  await checkWidth(page, 'a lead that was signed')
  check((await given.person.get(`/api/registers/lead/records/${given.id}`)).data.signing === `G-${given.number}`, 'the lead keeps its signing')
})

export default specs
