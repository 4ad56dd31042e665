// A person in Chromium at the single-page example: sign up and consent in pages that a script draws,
// then a login, at a client that this script plays.
//
//   npm ci && node check.mjs http://localhost:5150
//
// The argument is the running example. CHROMIUM names the browser; default /usr/bin/chromium.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'

const url = process.argv[2] ?? 'http://localhost:5150'
const email = `grace-${Date.now()}@example.com`
const password = 'correct horse battery staple'

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

// The client: a native app that listens on a port of its own.
let arrived
const client = createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<h1 id="done">Back at the tool</h1>')
  if (request.url.startsWith('/callback')) arrived = new URL(request.url, 'http://127.0.0.1')
})
await new Promise((resolve) => client.listen(0, '127.0.0.1', resolve))
const redirect_uri = `http://127.0.0.1:${client.address().port}/callback`

function authorization(more = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'tool',
    redirect_uri,
    scope: 'openid profile notes',
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { verifier, state: query.get('state'), url: `${url}/oauth/authorize?${query}` }
}

async function redeem(verifier) {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'tool',
      code: arrived.searchParams.get('code'),
      redirect_uri,
      code_verifier: verifier,
    }),
  })
  assert.equal(answer.status, 200)
  return answer.json()
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const complaints = []

async function newPage() {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  page.setDefaultTimeout(15000)
  page.on('console', (message) => {
    if (/Content.Security.Policy|CORS/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return page
}

try {
  const page = await newPage()
  let request = authorization({ login_hint: email })
  await page.goto(request.url)
  await page.waitForSelector('text=A tool')
  assert.equal(new URL(page.url()).pathname, '/login')
  assert.equal(await page.inputValue('input[name=email]'), email)
  step('the authorization leads to the login page of the script, with the hint')

  await page.fill('input[name=password]', 'wrong')
  await page.click('button')
  await page.waitForSelector('[role=alert]')
  step('a wrong password is told')

  await page.click('text=Make an account')
  await page.waitForSelector('input[name=name]')
  await page.fill('input[name=name]', 'Grace Hopper')
  await page.fill('input[name=password]', password)
  await page.click('button')
  await page.waitForSelector('#allow')
  assert.equal(new URL(page.url()).pathname, '/consent')
  await page.waitForSelector('text=Grace Hopper')
  step('sign-up and exchange lead to the consent page of the script')

  await page.uncheck('input[value=notes]')
  await page.click('#allow')
  await page.waitForSelector('#done')
  assert.equal(arrived.searchParams.get('state'), request.state)
  assert.equal((await redeem(request.verifier)).scope, 'openid profile')
  step('the decision leads to the client; what was unticked is not granted')

  request = authorization({ prompt: 'login' })
  await page.goto(request.url)
  await page.waitForSelector('input[name=password]')
  await page.fill('input[name=email]', email)
  await page.fill('input[name=password]', password)
  await page.click('button')
  await page.waitForSelector('#deny')
  await page.click('#deny')
  await page.waitForSelector('#done')
  assert.equal(arrived.searchParams.get('error'), 'access_denied')
  step('prompt=login asks again; a refusal reaches the client')

  await page.goto(url)
  await page.waitForSelector('text=Hello, Grace Hopper')
  await page.click('text=Sign out')
  await page.waitForSelector('a[href="/login"]')
  await page.goto(authorization({ prompt: 'none' }).url)
  await page.waitForSelector('#done')
  assert.equal(arrived.searchParams.get('error'), 'login_required')
  step('the script signs out of the server')

  assert.deepEqual(complaints, [])
  step('no violation of the policies')
  console.log(`1..${count}`)
} finally {
  await browser.close()
  client.close()
}
