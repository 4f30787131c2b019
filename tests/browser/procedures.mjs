// Procedures: the way of a case drawn and listed, where cases wait, and the editor: changed, refused by the
// check, tried, compared, taken into use.
import { asPerson, check, checkAxe, checkWidth, password, settle, shoot, signIn } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`procedures: ${name}`, body])
const drawn = (page) => page.locator('.djs-container svg .djs-shape').first().waitFor()

async function longest(browser, login) {
  const person = await asPerson(browser, login)
  let best = null
  for (const status of ['open', 'closed']) {
    for (const item of (await person.get(`/api/cases?status=${status}&limit=30`)).items) {
      const way = await person.get(`/api/cases/${item.id}/way`)
      if (!best || way.steps.length > best.way.steps.length) best = { id: item.id, way }
    }
  }
  return best
}

spec('the way of a case is drawn on a wide page, and said in full by the list', async ({ open, browser }) => {
  const best = await longest(browser, 'shouchu1')
  const page = await open({ size: 'desk' })
  await signIn(page, 'shouchu1', password, `/desk/cases/${best.id}`)
  await drawn(page)
  await settle(page)
  const stays = best.way.steps.filter((step) => step.how !== 'passed')
  check((await page.locator('dd[data-node]').count()) === stays.length, 'every stay is in the list')
  check(await page.locator('.taken').count(), 'the flows taken are marked')
  check((await page.locator('.drawing svg[role=img]').getAttribute('aria-label'))?.length, 'the drawing has a name')
  await page.locator('.drawing button').nth(1).click()
  await checkAxe(page, 'case with its drawing')
  await shoot(page, 'way-1440-zh')
})

for (const language of ['zh-CN', 'en']) {
  spec(`on a phone in ${language} the list stands first and the drawing opens over it`, async ({ open, browser }) => {
    const best = await longest(browser, 'shouchu1')
    const page = await open({ language })
    await signIn(page, 'shouchu1', password, `/desk/cases/${best.id}`)
    await page.locator('dd[data-node]').first().waitFor()
    check(!(await page.locator('.djs-container').count()), 'nothing heavy is loaded unasked')
    await page.getByRole('button', { name: language === 'en' ? 'Drawing' : '流程图', exact: true }).click()
    await drawn(page)
    await checkAxe(page, `drawing ${language}`)
    await checkWidth(page, `drawing ${language}`)
    await shoot(page, `way-360-${language}`, false)
  })
  spec(`the applicant reads the way in ${language}`, async ({ open, browser }) => {
    const best = await longest(browser, 'qiye1')
    const page = await open({ language })
    await signIn(page, 'qiye1', password, `/hall/cases/${best.id}`)
    await page.locator('dd[data-node]').first().waitFor()
    check(!(await page.locator('.djs-container, .drawing').count()), 'no drawing in the Hall')
    await checkAxe(page, `hall way ${language}`)
    await checkWidth(page, `hall way ${language}`)
    await shoot(page, `way-hall-360-${language}`)
  })
}

for (const [size, language] of [['desk', 'zh-CN'], ['phone', 'en']]) {
  spec(`where cases wait at ${size} in ${language}`, async ({ open }) => {
    const page = await open({ size, language })
    await signIn(page, 'lingdao1', password, '/desk/waits')
    await drawn(page)
    await settle(page)
    await page.locator('.ways li').first().waitFor()
    check((await page.locator('.ways li').first().innerText()).includes('%'), 'a way has its share of the cases')
    await checkAxe(page, `waits ${size}`)
    await checkWidth(page, `waits ${size}`)
    await shoot(page, `waits-${size}-${language}`)
    const button = page.locator('td button').first()
    const count = Number(await button.textContent())
    await button.click()
    await page.locator('dialog li').first().waitFor()
    check((await page.locator('dialog li').count()) === Math.min(50, count), 'the number opens its records')
    await checkAxe(page, `waiting cases ${size}`)
  })
}

spec('a procedure is changed, refused, mended, tried, compared and taken into use', async ({ open, browser }) => {
  const page = await open({ size: 'desk' })
  await signIn(page, 'admin', password, '/pack/procedures')
  await page.locator('main li h2 a').first().click()
  await drawn(page)
  const status = page.locator('.head [role=status]')
  const before = await status.textContent()
  await page.locator('[data-element-id=handle]').first().click({ position: { x: 40, y: 40 } })
  const panel = page.locator('aside.panel')
  await panel.getByText('handle', { exact: true }).waitFor()
  await checkAxe(page, 'editor')
  await shoot(page, 'procedure-1440-zh', false)
  check((await status.textContent()) === before, 'looking changes nothing')

  const unit = panel.getByLabel('承办单位')
  await unit.fill('unit +')
  await panel.locator('.field .fault').waitFor()
  await unit.fill('unit')
  await panel.locator('.field .fault').waitFor({ state: 'detached' })

  await panel.getByLabel('挂起').uncheck()
  await panel.getByLabel('角色').selectOption('')
  await page.locator('.faults .link').first().waitFor()
  await page.locator('.mark-badge.fault').first().waitFor()
  await checkAxe(page, 'editor with faults')
  await shoot(page, 'procedure-faults-1440-zh', false)
  await page.locator('.faults .link').first().click()
  await panel.getByLabel('角色').selectOption('handler')
  await panel.getByLabel('名称', { exact: true }).fill('承办')
  await panel.getByLabel('名称', { exact: true }).blur()
  await page.locator('.faults').waitFor({ state: 'detached' })

  await page.getByRole('button', { name: '试走' }).click()
  await page.getByRole('button', { name: '开始试走' }).click()
  await page.locator('.one[data-node=handle]').waitFor()
  await page.getByRole('button', { name: '办完' }).click()
  await page.locator('.one[data-node=confirm]').waitFor()
  await page.getByRole('button', { name: '拨到此时' }).click()
  await page.getByText('走完了').waitFor()
  check(await page.locator('.drawing .is-here, .drawing .been').count(), 'tokens are drawn')
  await checkAxe(page, 'trial')
  await shoot(page, 'procedure-try-1440-zh')

  await page.getByRole('button', { name: '对比' }).click()
  await page.getByText('的名称由“办理”改为“承办”').waitFor()
  await page.getByText('的可以做的操作:去掉挂起').waitFor()
  check((await page.locator('section li .link').count()) === 2, 'what was not changed is no difference')
  await page.locator('.is-changed').first().waitFor()
  await checkAxe(page, 'comparison')
  await shoot(page, 'procedure-compare-1440-zh')

  await page.getByRole('button', { name: '启用' }).first().click()
  await page.locator('#deploy-reason').fill('挂起由科长决定,办理改称承办。')
  await checkAxe(page, 'deploy')
  await page.locator('form button[type=submit]:enabled').click()
  await page.getByRole('button', { name: '看迁移计划' }).click()
  await page.locator('table tbody tr').first().waitFor()
  await checkAxe(page, 'migration plan')
  await shoot(page, 'procedure-migrate-1440-zh')
  const admin = await asPerson(browser, 'admin')
  const [one] = (await admin.get('/api/procedures')).items
  const [current, ...more] = one.versions.filter((version) => version.current)
  check(current && !more.length && !current.running, 'the version in use has no case yet')
  check(one.versions.some((version) => !version.current && version.running), 'the old version keeps its cases')
})

for (const [size, language] of [['phone', 'zh-CN'], ['phone', 'en'], ['desk', 'en']]) {
  spec(`the pages at ${size} in ${language}`, async ({ open }) => {
    const page = await open({ size, language })
    await signIn(page, 'admin', password, '/pack/procedures')
    await page.locator('main li h2 a').first().waitFor()
    await checkAxe(page, `procedures ${size} ${language}`)
    await checkWidth(page, `procedures ${size} ${language}`)
    await shoot(page, `procedures-${size}-${language}`)
    await page.locator('main li h2 a').first().click()
    await drawn(page)
    await settle(page)
    await checkAxe(page, `procedure ${size} ${language}`)
    await checkWidth(page, `procedure ${size} ${language}`)
    await shoot(page, `procedure-${size}-${language}`)
  })
}

export default specs
