// Certificates: the officer issues them to those who passed; a person finds his own on a phone and anyone verifies it.
import { asPerson, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

const specs = []
const spec = (name, body) => specs.push([`certificates: ${name}`, body])

async function as(open, login, path, options = {}) {
  const page = await open({ size: 'desk', ...options })
  await signIn(page, login, password, '/')
  await go(page, path)
  await settle(page)
  return page
}

spec('issued to those who passed, found on a phone, verified', async ({ open, browser }) => {
  const desk = await as(open, 'shouchu1', '/desk/p/certificates?course=C10')
  await desk.locator('tbody tr').nth(7).waitFor()
  check((await desk.getByText('未达到').count()) === 3, 'three have not passed')
  await checkAxe(desk, 'who has passed')
  await shoot(desk, 'certificates-desk-1440-zh', false)
  await desk.getByRole('button', { name: '给达到要求的5人发证' }).click()
  await desk.getByText('已发证5份').waitFor()
  await desk.getByRole('link', { name: '打印示例学员庚的证书' }).waitFor()

  const phone = await open({ size: 'phone' })
  await go(phone, '/p/my_certificates')
  await phone.locator('#person').fill('示例学员庚')
  await phone.locator('#phone').fill('154 0000 1100')
  await phone.getByRole('button', { name: '查询' }).click()
  const link = phone.getByRole('link', { name: '打开证书' })
  await link.waitFor()
  await checkAxe(phone, 'found')
  await checkWidth(phone, 'found')
  await shoot(phone, 'certificates-own-phone-zh')
  const pdf = await phone.request.get(new URL(await link.getAttribute('href'), phone.url()).href)
  check(pdf.ok() && (await pdf.body()).subarray(0, 5).toString() === '%PDF-', 'the PDF opens')
  await phone.getByRole('link', { name: '核验', exact: true }).click()
  await phone.getByText('有效').first().waitFor()
  await shoot(phone, 'certificates-verified-phone-zh')
  const verdict = await (await asPerson(browser, 'qiye1')).get(`/api/licences/verify?code=${phone.url().split('/v/')[1]}`)
  check(verdict.result === 'valid', 'verified by number')
})

for (const [size, language] of [['phone', 'zh-CN'], ['desk', 'en']]) {
  spec(`pages at ${size} in ${language}`, async ({ open }) => {
    const page = await as(open, 'lingdao1', '/desk/p/certificates?course=C10', { size, language })
    await page.locator('tbody tr').first().waitFor()
    await checkAxe(page, `desk ${size}`)
    await checkWidth(page, `desk ${size}`)
    await shoot(page, `certificates-desk-${size}-${language}`)
  })
}

export default specs
