// A script of the server's own origin asks an endpoint for clients as a client that is gone: Chromium
// must show no password box (RFC 9110 §11.6.1 lets it, for schemes it knows).
//
//   npm ci && node challenge.mjs http://localhost:5150
//
// What would open the box is seen through the DevTools protocol: `Fetch.authRequired`. That the check
// can fail is shown first, with a server that asks for Basic. CHROMIUM names the browser.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'

const issuer = (process.argv[2] ?? 'http://localhost:5150').replace(/\/$/, '')

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

const asking = createServer((request, response) => {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="control"', 'content-type': 'application/json' })
  response.end('{}')
})
await new Promise((resolve) => asking.listen(0, '127.0.0.1', resolve))
const control = `http://127.0.0.1:${asking.address().port}`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

/** What a script of `origin` gets for a form, and whether the browser wanted to ask the person. */
async function post(origin, path, form) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  const boxes = []
  devtools.on('Fetch.requestPaused', async ({ requestId, request }) => {
    if (request.url === `${origin}/blank-page-of-the-check`) {
      const headers = [{ name: 'content-type', value: 'text/html' }]
      const body = Buffer.from('<!doctype html><title>A page</title>').toString('base64')
      await devtools.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders: headers, body })
    } else {
      await devtools.send('Fetch.continueRequest', { requestId })
    }
  })
  devtools.on('Fetch.authRequired', async ({ requestId, authChallenge }) => {
    boxes.push(authChallenge.scheme)
    await devtools.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } })
  })
  await devtools.send('Fetch.enable', { handleAuthRequests: true, patterns: [{ urlPattern: '*' }] })
  await page.goto(`${origin}/blank-page-of-the-check`)
  const answer = await page.evaluate(
    async ([url, fields]) => {
      const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), signal: AbortSignal.timeout(10000) })
      return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.text() }
    },
    [path, form],
  )
  await context.close()
  return { ...answer, boxes }
}

try {
  const asked = await post(control, '/oauth/revoke', { token: 'x', client_id: 'gone' })
  assert.equal(asked.status, 401)
  assert.deepEqual(asked.boxes, ['basic'], 'the check sees the box that Basic opens')
  step('a challenge for Basic would open the password box')

  for (const [path, form] of [
    ['/oauth/revoke', { token: 'x', client_id: 'gone' }],
    ['/oauth/revoke', { token: 'x', client_id: 'gone', client_secret: 'wrong' }],
    ['/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'gone' }],
    ['/oauth/introspect', { token: 'x', client_id: 'gone', client_secret: 'wrong' }],
  ]) {
    const answer = await post(issuer, path, form)
    assert.equal(answer.status, 401, `${path}: ${answer.body}`)
    assert.equal(JSON.parse(answer.body).error, 'invalid_client', path)
    assert.ok(answer.challenge, `${path}: a 401 has a challenge`)
    assert.deepEqual(answer.boxes, [], `${path}: ${answer.challenge}`)
  }
  step('C9: a client that is gone gets its 401, and the person sees no password box')
} finally {
  await browser.close()
  asking.close()
}
