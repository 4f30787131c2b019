// Projects: the schedule, the month's investment on one page, the league, the forecast, and an obstacle with a
// photograph that becomes a request.
import { check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`projects: ${name}`, body])

async function officer(open, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, options.login ?? 'jingfa1')
  await go(page, path)
  return page
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC',
  'base64',
)

spec('the schedule, the league and the forecast', async ({ open }) => {
  const page = await officer(open, '/desk/p/project_gantt')
  await page.locator('li.line').nth(5).waitFor()
  await checkAxe(page, 'gantt')
  await shoot(page, 'projects-gantt-1440-zh', false)
  const all = await page.locator('li.line').count()
  await page.getByRole('button', { name: '黄' }).click()
  const amber = await page.locator('li.line').count()
  check(amber > 0 && amber < all, `the light narrows: ${amber} of ${all}`)
  await go(page, '/desk/p/project_league')
  await page.locator('tbody tr').nth(3).waitFor()
  check(await page.getByText('华创新材').count(), 'the league has the project of the article')
  check(await page.getByText('提前45天').count(), 'a month and a half ahead of plan, out of its records')
  await page.locator('#league-from').selectOption({ label: '摘地' })
  await page.getByText('当日完成').first().waitFor()
  await checkAxe(page, 'league')
  await shoot(page, 'projects-league-1440-zh', false)
  await go(page, '/desk/p/project_forecast')
  await page.locator('tbody tr').nth(3).waitFor()
  await checkAxe(page, 'forecast')
  await shoot(page, 'projects-forecast-1440-zh', false)
})

spec('the month on one page, with a fault told at its line', async ({ open }) => {
  const page = await officer(open, '/desk/p/invest_month')
  await page.locator('tbody tr').nth(3).waitFor()
  const first = page.locator('tbody tr').first().locator('input').first()
  await first.fill('十万')
  await page.locator('tbody tr').first().getByRole('alert').waitFor()
  await first.fill('-5')
  await page.locator('tbody tr').nth(1).locator('input').first().fill('123456.78')
  await page.getByRole('button', { name: '保存2行' }).click()
  await page.getByText('已保存1行').waitFor()
  await page.locator('tbody tr').first().getByRole('alert').waitFor()
  check((await first.inputValue()) === '-5', 'what was refused stays as typed')
  await first.fill('888')
  await page.getByRole('button', { name: '保存1行' }).click()
  await page.locator('tbody tr.changed').first().waitFor({ state: 'detached' })
  await checkAxe(page, 'monthly')
  await shoot(page, 'projects-monthly-1440-zh', false)
})

spec('an obstacle with a photograph becomes a request', async ({ open }) => {
  const page = await officer(open, '/desk/registers/obstacle/new')
  await page.locator('#record-project').fill('P2112-004')
  await page.locator('#record-title').fill('示例:临时用电容量不足')
  await page.locator('#record-kind').selectOption('power')
  await page.locator('#record-weight').selectOption('blocking')
  await page.locator('#record-found_on').fill('2026-11-02')
  await page.locator('input[type=file]').setInputFiles({ name: '现场.png', mimeType: 'image/png', buffer: png })
  await page.getByText('已上传').first().waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('figure img').waitFor()
  await page.getByRole('button', { name: '为现场.png写说明' }).click()
  await page.getByLabel('说明', { exact: true }).fill('配电箱')
  await page.locator('form.say').getByRole('button', { name: '保存' }).click()
  await page.getByText('配电箱').waitFor()
  await page.getByRole('button', { name: '转为企业诉求' }).click()
  await page.locator('dialog input').first().waitFor()
  await checkAxe(page, 'raise')
  await shoot(page, 'projects-raise-1440-zh', false)
  await page.locator('dialog').getByLabel('联系电话').fill('0791-83800000')
  await page.locator('dialog').getByRole('button', { name: '提出' }).click()
  await page.getByText('办理中').first().waitFor()
  await settle(page)
  await checkAxe(page, 'obstacle')
  await shoot(page, 'projects-obstacle-1440-zh', true)
})

spec('a plan out of the template in one press, changed with a reason', async ({ open }) => {
  const page = await officer(open, '/desk/p/project_plan', { login: 'shouchu1' })
  await page.getByText('先选项目').waitFor()
  await page.locator('#plan-record').selectOption({ index: 1 })
  await page.locator('.steps > li').nth(7).waitFor()
  check((await page.locator('optgroup').first().getAttribute('label')) === '还没有计划', 'who has no plan stands first')
  check(await page.getByText('施工许可证').count(), 'the start says what it needs')
  await page.getByRole('button', { name: '按模板排出计划' }).click()
  await page.getByText('计划已排好').first().waitFor()
  await page.getByRole('button', { name: '未到的节点按模板重排' }).waitFor()
  const above = page.locator('.steps > li').nth(7).locator('input')
  check(/^20\d\d-/.test(await above.inputValue()), 'the last step has a day')
  await checkAxe(page, 'plan')
  await shoot(page, 'projects-plan-1440-zh')
  await above.fill('2030-01-31')
  await page.getByRole('button', { name: '保存计划' }).click()
  await page.getByText('请写明调整原因').waitFor()
  await page.locator('#plan-reason').fill('示例:设备交货推迟')
  await page.getByRole('button', { name: '保存计划' }).click()
  await page.getByText('上次调整:示例:设备交货推迟').waitFor()
})

for (const [size, language] of [['phone', 'zh-CN'], ['phone', 'en'], ['desk', 'en']])
  spec(`the plan at ${size} in ${language}`, async ({ open }) => {
    const page = await officer(open, '/desk/p/project_plan', { size, language, login: 'shouchu1' })
    await page.locator('#plan-record').selectOption({ index: 4 })
    await page.locator('.steps > li').nth(7).waitFor()
    await checkAxe(page, `plan ${size} ${language}`)
    await checkWidth(page, `plan ${size} ${language}`)
    await shoot(page, `projects-plan-${size}-${language}`)
  })

for (const language of ['zh-CN', 'en'])
  spec(`schedule on a phone in ${language}`, async ({ open }) => {
    const page = await officer(open, '/desk/p/project_gantt', { size: 'phone', language })
    await page.locator('li.line').first().waitFor()
    await checkAxe(page, `gantt phone ${language}`)
    await checkWidth(page, `gantt phone ${language}`)
    await shoot(page, `projects-gantt-phone-${language}`, false)
  })

export default specs
