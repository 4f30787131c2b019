// The administrator: accounts found, disabled, enabled, added; and what a disabled account is told.
import { base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn, signInByForm } from './lib.mjs'

async function admin(open, options) {
  const page = await open({ size: 'desk', ...options })
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  const login = demoAccounts.find((one) => one.role === 'admin')?.login
  check(login, 'the sample zone names no administrator')
  await signIn(page, login, password, '/pack/accounts')
  await page.locator('tbody tr').first().waitFor()
  return page
}

const specs = []
const spec = (name, body) => specs.push([`pack: ${name}`, body])

spec('an account is added, signs in, is disabled and can no longer', async ({ open }) => {
  const page = await admin(open)
  await checkAxe(page, 'accounts')
  await shoot(page, 'pack-accounts-1440-zh', false)
  await page.getByRole('button', { name: '新增账号' }).click()
  await page.locator('dialog form button').click()
  check((await page.locator('dialog .fault').count()) >= 2, 'missing fields are told')
  const login = `test${Date.now() % 1e7}`
  await page.locator('#a-name').fill('测试员')
  await page.locator('#a-login').fill(login)
  await page.locator('#a-role').selectOption('handler')
  await page.locator('#a-unit').selectOption('FIN')
  const first = await page.locator('#a-password').inputValue()
  check(first.length >= 16, 'a first password is offered')
  await checkAxe(page, 'new account')
  await shoot(page, 'pack-new-1440-zh', false)
  await page.locator('dialog form button').click()
  const row = page.locator(`tr[data-login="${login}"]`)
  await row.waitFor()

  const other = await open({ size: 'desk' })
  await signInByForm(other, login, first, '/desk')
  check(new URL(other.url()).pathname === '/desk', 'the new account is at the Desk')

  await page.locator('#account-words').fill(login)
  await row.getByRole('button').click()
  await row.getByText('已停用').waitFor()
  await go(other, '/login')
  await other.locator('#login').fill(login)
  await other.locator('#password').fill(first)
  await other.locator('form button[type=submit]').click()
  await other.locator('[role=alert]').waitFor()
  await row.getByRole('button').click()
  await row.getByText('正常').waitFor()
})

for (const [size, language] of [['phone', 'zh-CN'], ['tablet', 'en']]) {
  spec(`accounts at ${size} in ${language}`, async ({ open }) => {
    const page = await admin(open, { size, language })
    await settle(page)
    await checkAxe(page, `accounts ${size} ${language}`)
    await checkWidth(page, `accounts ${size} ${language}`)
    await shoot(page, `pack-accounts-${size}-${language}`, false)
  })
}

export default specs
