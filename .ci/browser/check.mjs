// A person in Chromium, with JavaScript off, at a running demo: sign up, consent, tokens, log out.
//
//   npm ci && node check.mjs http://127.0.0.1:5150 [folder for screenshots]
//
// The argument is the client's address. The server has another host name, so the step from consent
// back to the client crosses origins while the server's strict Content-Security-Policy is in force
// (security case C066). CHROMIUM names the browser; default /usr/bin/chromium.

import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const url = process.argv[2] ?? 'http://127.0.0.1:5150'
const shots = process.argv[3]
const email = `grace-${Date.now()}@example.com`
const password = 'correct horse battery staple'

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const complaints = []

async function newPage(options = {}) {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15000)
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text())
  })
  return page
}

async function shot(page, name) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

async function strict(response, title) {
  const policy = response.headers()['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'none'|default-src 'self'/, `${title}: ${policy}`)
  assert.match(policy, /form-action/, `${title}: ${policy}`)
  assert.doesNotMatch(policy, /form-action[^;]*(\*|https?:\s|https?:;)/, `${title}: ${policy}`)
}

try {
  const page = await newPage()
  await page.goto(url)
  await shot(page, '1-start')
  const [login] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/oauth/login') && response.status() === 200),
    page.click('text=Sign in with the demo'),
  ])
  await strict(login, 'login')
  await page.waitForSelector('input[name=password]')
  assert.notEqual(new URL(page.url()).origin, new URL(url).origin, 'server and client are two origins')
  step('the client sends the browser to the login page of another origin')
  await shot(page, '2-login')

  await page.fill('input[name=login]', email)
  await page.fill('input[name=password]', 'wrong password')
  await page.click('button[type=submit]')
  await page.waitForSelector('[role=alert]')
  step('a wrong password is refused')
  await shot(page, '3-login-refused')

  await page.click('a[href*="/oauth/signup"]')
  await page.fill('input[name=name]', 'Grace Hopper')
  await page.fill('input[name=email]', email)
  await page.fill('input[name=password]', 'short')
  await page.click('button[type=submit]')
  await page.waitForSelector('#error-password')
  step('a short password is explained')
  await shot(page, '4-signup-refused')

  await page.fill('input[name=password]', password)
  const [consent] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/oauth/consent') && response.status() === 200),
    page.click('button[type=submit]'),
  ])
  await strict(consent, 'consent')
  await page.waitForSelector('button[value=allow]')
  step('sign-up leads to the consent page')
  await shot(page, '5-consent')

  await page.click('button[value=allow]')
  await page.waitForSelector('#access-token')
  assert.equal(new URL(page.url()).origin, new URL(url).origin)
  assert.match(await page.textContent('#claims'), /Grace Hopper/)
  assert.match(await page.textContent('#scope'), /openid/)
  step('C066: consent under the strict policy reaches the client on its origin; tokens are shown')
  await shot(page, '6-tokens')

  const before = await page.textContent('#access-token')
  await page.click('text=Refresh')
  await page.waitForSelector('text=new tokens')
  assert.notEqual(await page.textContent('#access-token'), before)
  await page.click('text=Introspect')
  await page.waitForSelector('text="active": true')
  await page.click('text=Revoke')
  await page.click('text=Introspect')
  await page.waitForSelector('text="active": false')
  await page.click('text=Ask UserInfo')
  await page.waitForSelector('.status.bad')
  step('refresh, introspection, revocation')
  await shot(page, '7-revoked')

  await page.click('text=sign in once more')
  await page.waitForSelector('#access-token')
  step('the second login asks nothing')

  const logout = await page.getAttribute('text=Sign out of the server', 'href')
  await page.goto(new URL('apps', logout).href)
  assert.ok((await page.content()).includes(email), 'the account page names the account')
  await page.goto(logout)
  await page.waitForSelector('button[type=submit]')
  await shot(page, '8-logout')
  await page.click('button[type=submit]')
  await page.waitForSelector('h1')
  await shot(page, '9-logged-out')
  for (const back of ['the sign-out page', 'the account page']) {
    await page.goBack()
    // Further back is the client, which shows what it knows.
    if (new URL(page.url()).origin !== new URL(logout).origin) break
    assert.equal(await page.locator('button[value=allow]').count(), 0, back)
    assert.ok(!(await page.content()).includes(email), back)
  }
  step('C067: Back after the sign-out shows nothing of the account')
  await page.goto(`${url}/client/login`)
  await page.waitForSelector('input[name=password]')
  step('after the sign-out the server asks again')

  await page.fill('input[name=login]', email)
  await page.fill('input[name=password]', password)
  await page.click('button[type=submit]')
  await page.waitForSelector('#access-token')
  step('login, with the consent remembered')

  await page.goto(`${url}/client/callback?code=c&state=s`)
  await page.waitForSelector('text=That did not work')
  step('a callback of nobody is refused')
  await shot(page, '10-refused')

  const phone = await newPage({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' })
  await phone.goto(url)
  await shot(phone, '11-start-phone')
  await phone.click('text=Sign in with the demo')
  await phone.waitForSelector('input[name=password]')
  await shot(phone, '12-login-phone')
  await phone.fill('input[name=login]', email)
  await phone.fill('input[name=password]', password)
  await phone.click('button[type=submit]')
  await phone.waitForSelector('#access-token')
  await shot(phone, '13-tokens-phone')
  step('a phone in the dark')

  const blocked = complaints.filter((text) => /Content.Security.Policy|Refused/i.test(text))
  assert.deepEqual(blocked, [], 'the browser had nothing to block')
  step('no violation of the policies')
  console.log(`1..${count}`)
} finally {
  await browser.close()
}
