// Registers at the Desk: found, opened, entered with faults told at their columns, changed, many changed and
// undone, brought in from a table.
import { readFileSync } from 'node:fs'
import { check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`registers: ${name}`, body])

async function officer(open, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, 'shouchu1')
  await go(page, path)
  return page
}

spec('a project is entered with its faults told, changed, and every version stands', async ({ open }) => {
  const page = await officer(open, '/desk/registers/project')
  await page.locator('tbody tr').first().waitFor()
  await checkAxe(page, 'records')
  await shoot(page, 'registers-list-1440-zh', false)
  await page.getByRole('link', { name: '新登记' }).click()
  await page.locator('#record-name').fill('示例浏览器项目')
  await page.locator('#record-investment').fill('一个亿')
  await page.locator('#record-investment-fault').waitFor()
  await page.locator('#record-investment').fill('1,000.50')
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('#record-number-fault').waitFor()
  await checkAxe(page, 'record with faults')
  await page.locator('#record-number').fill(`B${Date.now() % 1e9}`)
  await page.locator('#record-developer').fill('示例单位')
  await page.locator('#record-kind').selectOption('industrial')
  await page.locator('#record-signed_on').fill('2026-01-05')
  await page.locator('#record-started_on').fill('2026-01-01')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('开工不能早于前面的节点').waitFor()
  await page.locator('#record-started_on').fill('2026-02-01')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('第1版').first().waitFor()
  check(await page.getByText('¥1,000.50').count(), 'money is shown to the fen')
  await page.getByRole('button', { name: '修改', exact: true }).click()
  await page.locator('#record-capped_on').fill('2026-05-01')
  await page.locator('#record-reason').fill('主体封顶')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('主体封顶').first().waitFor()
  await page.getByText('第2版').first().waitFor()
  await checkAxe(page, 'record')
  await shoot(page, 'registers-record-1440-zh', true)
})

spec('a person is chosen by name in a form, and shown by name', async ({ open }) => {
  const page = await officer(open, '/desk/registers/duty_shift/new')
  const who = page.locator('#record-who')
  await who.locator('option').nth(2).waitFor({ state: 'attached' })
  check((await who.locator('option').nth(1).innerText()).includes('李晓岚'), 'oneself stands first')
  check((await who.locator('optgroup').first().getAttribute('label')).includes('企情收处中心'), "then one's own unit")
  await page.locator('#record-day').fill('2026-12-01')
  await page.locator('#record-role').selectOption({ index: 1 })
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('#record-who-fault').waitFor()
  await who.selectOption({ label: '郭永康' })
  await checkAxe(page, 'a person in a form')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('第1版').first().waitFor()
  check(await page.locator('main').getByText('郭永康').count(), 'the name is shown, not a number')
})

spec('a list is narrowed, kept as a view, and many records are changed and undone', async ({ open }) => {
  const page = await officer(open, '/desk/registers/project?list=provincial')
  await page.locator('tbody tr').nth(2).waitFor()
  check(new URL(page.url()).searchParams.get('list') === 'provincial', 'the list stands in the address')
  for (const row of [0, 1]) await page.locator('tbody tr').nth(row).locator('input').check()
  await page.getByRole('button', { name: '修改选中的2条' }).click()
  await page.locator('#bulk-column').selectOption('officer')
  await page.locator('#record-officer').fill('示例新专员')
  await page.locator('#bulk-reason').fill('轮换')
  await page.getByRole('button', { name: '先试一下' }).click()
  await page.getByText('可以修改2条').waitFor()
  await checkAxe(page, 'bulk')
  await page.getByRole('button', { name: '修改这2条' }).click()
  await page.getByText('已修改2条').waitFor()
  await page.getByRole('button', { name: '撤销' }).click()
  await settle(page)
  await page.locator('.views summary').click()
  await page.locator('.views input.input').fill('省级项目')
  await page.getByRole('button', { name: '保存视图' }).click()
  await page.getByRole('button', { name: '省级项目', exact: true }).waitFor()
})

spec('a table is tried, its faults told by row and column, and what is right brought in', async ({ open }) => {
  const page = await officer(open, '/desk/registers/project')
  await page.locator('.take summary').click()
  const serial = Date.now() % 1e9
  const text = `项目编号,项目名称,项目单位名称,类别\nI${serial},示例导入项目,甲,工业项目\nJ${serial},,乙,不存在\n`
  await page.locator('input[type=file]').setInputFiles({ name: 'projects.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByText('共2行:1行可以导入,1行有误').waitFor()
  check((await page.locator('.faults tbody tr').count()) === 2, 'every fault has its line')
  await checkAxe(page, 'import')
  await shoot(page, 'registers-import-1440-zh', false)
  await page.getByRole('button', { name: '导入没有问题的1行' }).click()
  await page.getByText('已导入1条').waitFor()
  const other = `编号栏,项目名称,项目单位名称,类别\nK${serial},示例映射项目,甲,工业项目\n`
  await page.locator('input[type=file]').setInputFiles({ name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from(other) })
  await page.getByLabel('“编号栏”一列是').selectOption({ label: '项目编号' })
  await checkAxe(page, 'mapping')
  await shoot(page, 'registers-mapping-1440-zh', false)
  await page.getByRole('button', { name: '先试一下' }).click()
  await page.getByText('共1行:1行可以导入,0行有误').waitFor()
})

spec('an import says how far it is, is stopped and leaves nothing; all faults are a file', async ({ open }) => {
  const page = await officer(open, '/desk/registers/project')
  await page.locator('.take summary').click()
  const serial = Date.now() % 1e9
  const lines = (count, kind) => Array.from({ length: count }, (_, i) => `S${serial}-${i},示例导入项目,甲,${kind(i)}`).join('\n')
  const file = (count, kind) => ({ name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(`项目编号,项目名称,项目单位名称,类别\n${lines(count, kind)}\n`) })
  await page.locator('input[type=file]').setInputFiles(file(100_000, () => '工业项目'))
  await page.getByText(/正在核对第[\d,]+行,共100,000行,尚未写入/).waitFor()
  await shoot(page, 'registers-progress-1440-zh', false)
  await page.getByRole('button', { name: '停止' }).click()
  await page.getByText('已停止,没有导入任何一行').waitFor()
  await checkAxe(page, 'an import that was stopped')
  await page.getByRole('button', { name: '关闭' }).click()
  await page.locator('input[type=file]').setInputFiles(file(700, () => '不存在'))
  await page.getByText('下面列出200处问题,共700处').waitFor()
  const [taken] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载全部问题(CSV)' }).click()])
  const faults = readFileSync(await taken.path(), 'utf8').trim().split('\r\n')
  check(faults.length === 701 && faults[1].startsWith('2,"类别",'), `all faults by row and column: ${faults.length}, ${faults[1]}`)
})

for (const [size, language] of [['phone', 'zh-CN'], ['phone', 'en'], ['desk', 'en']]) {
  spec(`pages at ${size} in ${language}`, async ({ open }) => {
    const page = await officer(open, '/desk/registers', { size, language })
    await page.locator('.list li').first().waitFor()
    await checkAxe(page, `registers ${size} ${language}`)
    await checkWidth(page, `registers ${size} ${language}`)
    await go(page, '/desk/registers/project')
    await page.locator('tbody tr').first().waitFor()
    await checkAxe(page, `records ${size} ${language}`)
    await checkWidth(page, `records ${size} ${language}`)
    await shoot(page, `registers-list-${size}-${language}`, false)
    await page.locator('tbody tr a').first().click()
    await page.locator('dl').first().waitFor()
    await settle(page)
    await checkAxe(page, `record ${size} ${language}`)
    await checkWidth(page, `record ${size} ${language}`)
    await shoot(page, `registers-record-${size}-${language}`, true)
  })
}

export default specs
