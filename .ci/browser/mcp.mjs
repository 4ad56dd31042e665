// An MCP client in Chromium, on a page of another origin, at a running examples/mcp: preflight,
// challenge, metadata, registration, tokens, and calls whose answers it can read.
//
//   npm ci && node mcp.mjs http://localhost:5150
//
// CHROMIUM names the browser; default /usr/bin/chromium.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { Person } from '../mcp/person.mjs'

const issuer = (process.argv[2] ?? 'http://localhost:5150').replace(/\/$/, '')
const resource = `${issuer}/mcp`

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

const elsewhere = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  response.end('<!doctype html><title>An inspector</title>')
})
await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${elsewhere.address().port}`
const redirectUri = `${origin}/callback`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

try {
  const page = await browser.newPage()
  const preflights = []
  const raw = []
  page.on('response', (response) => {
    if (response.request().method() === 'OPTIONS') preflights.push(response.url())
    if (response.url() === resource) raw.push(response.headers())
  })
  await page.goto(origin)
  assert.notEqual(origin, issuer)

  /** What a script of the page gets; a browser that refuses throws. */
  const ask = (url, init = {}) =>
    page.evaluate(
      async ([target, options]) => {
        const response = await fetch(target, options)
        return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
      },
      [url, init],
    )
  const message = (method, params = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const initialize = message('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'browser-check', version: '1.0.0' },
  })
  const call = (token, more = {}) =>
    ask(resource, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
        ...(token && { authorization: `Bearer ${token}` }),
        ...more,
      },
      body: initialize,
    })

  const first = await call()
  assert.equal(first.status, 401)
  const challenge = first.headers['www-authenticate']
  assert.match(challenge ?? '', /resource_metadata="[^"]+"/, 'the script can read the challenge')
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)[1]
  step('C14: the preflight is answered, and the 401 names its metadata to a script')

  const forged = await call('loco_at_unknown')
  assert.equal(forged.status, 401)
  assert.match(forged.headers['www-authenticate'], /error="invalid_token"/)
  step('the refusal of a token can be read')

  const metadata = JSON.parse((await ask(metadataUrl)).body)
  assert.equal(metadata.resource, resource)
  const missing = await ask(`${issuer}/mcp/.well-known/openid-configuration`, {
    headers: { 'mcp-protocol-version': '2025-06-18' },
  })
  assert.equal(missing.status, 404, 'what does not exist can be read, too')
  const server = JSON.parse((await ask(`${metadata.authorization_servers[0]}/.well-known/oauth-authorization-server`)).body)
  const registered = await ask(server.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'An inspector',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
  })
  assert.equal(registered.status, 201, registered.body)
  const { client_id: clientId } = JSON.parse(registered.body)
  step('metadata and registration, by the script')

  const verifier = randomBytes(32).toString('base64url')
  const authorize = new URL(server.authorization_endpoint)
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    resource,
    scope: 'mcp:read',
    state: 'S',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const back = await new Person(redirectUri).allow(authorize)
  assert.equal(back.get('error'), null, `${back}`)
  const granted = await ask(server.token_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: back.get('code'),
      redirect_uri: redirectUri,
      client_id: clientId,
      code_verifier: verifier,
      resource,
    }).toString(),
  })
  assert.equal(granted.status, 200, granted.body)
  const { access_token: token } = JSON.parse(granted.body)

  raw.length = 0
  const answer = await call(token)
  assert.equal(answer.status, 200, answer.body)
  assert.match(answer.body, /"jsonrpc":\s*"2.0"/)
  const session = raw.at(-1)['mcp-session-id']
  assert.equal(answer.headers['mcp-session-id'], session, 'a session id can be read')
  step(`an authorised call${session ? ', and its session id' : ''}`)

  const more = await call(token, { 'last-event-id': '1', 'mcp-session-id': session ?? 'none', 'mcp-method': 'initialize' })
  assert.ok(more.status < 500)
  const end = await ask(resource, { method: 'DELETE', headers: { authorization: `Bearer ${token}`, 'mcp-session-id': session ?? 'none' } })
  const status = end.status
  assert.ok([200, 202, 204, 400, 404, 405].includes(status), `${status}`)
  step('headers and methods of the transport pass the preflight')
} finally {
  await browser.close()
  elsewhere.close()
}
