// Why a case went where it went: the officer sees the rule, its grounds and what is open; the applicant one sentence.
import { asPerson, base, check, checkAxe, checkWidth, go, password, settle, shoot, signIn } from './lib.mjs'

async function login(page, role) {
  const { demoAccounts } = await (await page.request.get(`${base}/api/zone`)).json()
  const found = demoAccounts.find((one) => one.role === role)?.login
  check(found, `the sample zone names no account for ${role}`)
  return found
}

async function raise(browser, page, content = '三号厂房今天上午停电两次,请协调检修线路。') {
  const contact = await asPerson(browser, await login(page, 'contact'))
  return contact.post('/api/cases', {
    kind: 'request',
    data: { topic: 'power', title: '厂区停电', content, urgency: 'normal', contact_name: '测试联系人', contact_phone: '13800001234' },
    channel: 'web',
  })
}

const specs = []
const spec = (name, body) => specs.push([`why: ${name}`, body])

const ruleIn = (language) => (language === 'en' ? 'Power failure that stops production' : '影响生产的用电故障')

for (const language of ['zh-CN', 'en']) {
  spec(`the officer sees the rule and its grounds (${language})`, async ({ open, browser }) => {
    const page = await open({ size: 'desk', language })
    const made = await raise(browser, page)
    await signIn(page, await login(page, 'officer'), password, `/desk/cases/${made.id}`)
    const part = page.locator(`section[aria-labelledby="why-${made.id}"]`)
    await part.locator('.rule').first().waitFor()
    await settle(page)
    const text = await part.innerText()
    check(text.includes(language === 'en' ? 'Rule 3' : '规则第3条'), `the rule is not named: ${text}`)
    check(text.includes(ruleIn(language)), `the rule's note is missing: ${text}`)
    check(text.includes(language === 'en' ? made.unit.name.en : made.unit.name.zh), `the unit is missing: ${text}`)
    check(text.includes('matches(?,'), `what the rule asked for is missing: ${text}`)
    check(!/\bwhy\.|desk\.why/.test(text), `a text has no words: ${text}`)
    await part.scrollIntoViewIfNeeded()
    await shoot(page, `why-desk-${language}`)
    await checkAxe(page, 'the case with its reasons')
    await checkWidth(page, 'the case with its reasons')
  })

  spec(`the applicant reads it in one sentence (${language})`, async ({ open, browser }) => {
    const page = await open({ language })
    const made = await raise(browser, page)
    await signIn(page, await login(page, 'contact'), password, `/hall/cases/${made.id}`)
    const line = page.locator('.why')
    await line.waitFor()
    await settle(page)
    const text = await line.innerText()
    check(text.includes(ruleIn(language)), `the rule is missing: ${text}`)
    check(text.includes(language === 'en' ? 'Why: by the rule' : '为什么:按规则'), `no plain sentence: ${text}`)
    await shoot(page, `why-hall-${language}`)
    await checkAxe(page, 'the case in the Hall')
    await checkWidth(page, 'the case in the Hall')
  })
}

spec('a transfer by hand is not told as the work of the rule', async ({ open, browser }) => {
  const page = await open()
  const made = await raise(browser, page)
  const handler = await asPerson(browser, 'gongdian1')
  await handler.post(`/api/cases/${made.id}/verbs/sign`)
  await handler.post(`/api/cases/${made.id}/verbs/transfer`, { unit: 'WATER', text: '属供水范围,请接办。' })
  await signIn(page, await login(page, 'contact'), password, `/hall/cases/${made.id}`)
  await go(page, `/hall/cases/${made.id}`)
  await settle(page)
  check((await page.locator('.why').count()) === 0, 'the rule is still given as the reason')
})

export default specs
