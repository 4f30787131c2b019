// People come together: somebody enrols on a phone, the organiser shows the code, the phone checks in; and what
// organisations have done in a month, entered where it is missing.
import { check, checkAxe, checkWidth, go, settle, shoot, signInFast } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`gathering: ${name}`, body])

async function as(open, login, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signInFast(page, login)
  await go(page, path)
  await settle(page)
  return page
}

spec('enrolled on a phone, scanned from the screen, checked in once', async ({ open }) => {
  const phone = await open({ size: 'phone' })
  await go(phone, '/p/lectures')
  const today = phone.locator('.sessions li').first()
  await today.waitFor()
  await checkAxe(phone, 'sessions')
  await checkWidth(phone, 'sessions')
  const all = await phone.locator('.sessions li').count()
  check((await phone.getByLabel('系列').evaluate((box) => box.selectedOptions[0]?.text)) === '不限', 'nothing is chosen, and says so')
  await phone.getByLabel('领域').selectOption({ label: '数字技能' })
  check((await phone.locator('.sessions li').count()) < all, 'fewer are of one field')
  await phone.getByText('数字技能').nth(1).waitFor()
  await phone.getByLabel('领域').selectOption('')
  const title = await today.locator('h2').innerText()
  await today.getByRole('button', { name: '报名' }).click()
  const number = `1540${String(Date.now()).slice(-7)}`
  await phone.locator('#person').fill('示例到场人')
  await phone.locator('#phone').fill(number)
  await checkAxe(phone, 'enrolling')
  await shoot(phone, 'gathering-enrol-phone-zh')
  await phone.getByRole('button', { name: '确认报名' }).click()
  await phone.getByText('报名成功').waitFor()

  const desk = await as(open, 'shouchu1', '/desk/p/attendance')
  await desk.locator('.code select').selectOption({ label: title })
  await desk.locator('svg.qr').waitFor()
  await desk.getByText('示例到场人').first().waitFor()
  await checkAxe(desk, 'the screen')
  await shoot(desk, 'gathering-screen-1440-zh')
  const session = await desk.locator('select').first().inputValue()
  const csrf = await desk.evaluate(async () => (await (await fetch('/api/session')).json()).csrf)
  const shown = await desk.evaluate(
    async ([key, token]) => {
      const said = await fetch('/api/pages/attendance/code', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token }, body: JSON.stringify({ session: key }) })
      return (await said.json()).code
    },
    [session, csrf],
  )
  check(/^[0-9a-f]{24}$/.test(shown ?? ''), `the screen has a code: ${shown}`)
  await go(phone, `/p/lectures?session=${session}&code=${shown}`)
  await phone.locator('#person').waitFor()
  check((await phone.locator('#person').inputValue()) === '示例到场人', 'the phone remembers who enrolled')
  await checkAxe(phone, 'checking in')
  await shoot(phone, 'gathering-checkin-phone-zh')
  await phone.getByRole('button', { name: '签到' }).click()
  await phone.getByText('签到成功').waitFor()
  await desk.locator('li.came', { hasText: '示例到场人' }).waitFor()
  await go(phone, `/p/lectures?session=${session}&code=000000000000000000000000`)
  await phone.getByText('签到码已更换').waitFor()
})

spec('a month of a programme, and what is missing entered', async ({ open }) => {
  const page = await as(open, 'shouchu1', '/desk/p/programmes?group=H4')
  await page.locator('.matrix tbody tr').nth(5).waitFor()
  await checkAxe(page, 'matrix')
  await shoot(page, 'gathering-matrix-1440-zh')
  const free = page.locator('.cell:has(svg.due)').first()
  const label = await free.getAttribute('aria-label')
  await free.click()
  await page.locator('#record-people').fill('12')
  await page.locator('dialog input[type=file]').setInputFiles({ name: 'meeting.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
  await page.locator('dialog').getByText('meeting.png').waitFor()
  await checkAxe(page, 'entering')
  await shoot(page, 'gathering-entry-1440-zh', false)
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByRole('button', { name: `${label.split(':')[0]}:已完成` }).waitFor()
  await page.getByRole('button', { name: '上一个月' }).click()
  await settle(page)
  check(new URL(page.url()).searchParams.get('on'), 'the month stands in the address')
})

for (const [size, language] of [['phone', 'zh-CN'], ['desk', 'en']]) {
  spec(`pages at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, 'lingdao1', '/desk/p/programmes', { size, language })
    await page.locator('.matrix tbody tr').first().waitFor()
    await checkAxe(page, `matrix ${size} ${language}`)
    await checkWidth(page, `matrix ${size} ${language}`)
    await shoot(page, `gathering-matrix-${size}-${language}`, false)
    await go(page, '/p/lectures')
    await page.locator('.sessions li').first().waitFor()
    await checkAxe(page, `lectures ${size} ${language}`)
    await checkWidth(page, `lectures ${size} ${language}`)
  })
}

export default specs
