// A person in Chromium opens a page behind Apache's mod_auth_openidc; see .ci/apache/check.

import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const [issuer, site] = process.argv.slice(2)
const email = `grace-${Date.now()}@example.com`
let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

async function newPage() {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  page.setDefaultTimeout(15000)
  return page
}

try {
  const page = await newPage()
  await page.goto(site)
  assert.match(await page.textContent('#public'), /open to everybody/)
  step('a public page needs no login')

  await page.goto(`${site}/private/`)
  assert.ok(page.url().startsWith(issuer), page.url())
  await page.waitForSelector('input[name=password]')
  step('the private page leads to the login page')

  await page.click('a[href*="/oauth/signup"]')
  await page.fill('input[name=name]', 'Grace Hopper')
  await page.fill('input[name=email]', email)
  await page.fill('input[name=password]', 'correct horse battery staple')
  await page.click('button[type=submit]')
  await page.click('button[name=decision][value=allow]')
  await page.waitForURL(`${site}/private/**`)
  await page.waitForSelector('#user')
  assert.equal(await page.textContent('#user'), email)
  assert.equal(await page.textContent('#name'), 'Grace Hopper')
  assert.equal(await page.textContent('#issuer'), issuer)
  step('after sign-up and consent Apache knows the person: id token and userinfo accepted')

  await page.goto(`${site}/private/index.shtml`)
  assert.equal(await page.textContent('#user'), email)
  step('the next page needs no login')

  await page.goto(`${site}/private/callback?logout=${encodeURIComponent(`${site}/`)}`)
  assert.equal(page.url(), `${site}/`)
  step('logout at both ends leads back to the public page')

  await page.goto(`${site}/private/`)
  await page.waitForSelector('input[name=password]')
  step('afterwards the private page asks for a login again')

  const stranger = await newPage()
  await stranger.goto(`${site}/private/callback?code=made-up&state=made-up`)
  assert.equal(await stranger.locator('#user').count(), 0)
  step('a made-up answer opens nothing')
} finally {
  await browser.close()
}

console.log(`1..${count}`)
