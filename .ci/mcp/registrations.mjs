// Registers clients of the field (tests/fixtures/clients) at a running app with anonymous registration, and
// plays the first login of some of them: sign-up by the pages, consent, code, token, a call of the guarded
// route where there is one, refresh:
//
//   node registrations.mjs http://localhost:5150 [/mcp]
//
// The second argument is the path of a route that is guarded by the plugin. Nothing has to be installed.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { Person } from './person.mjs'

const base = (process.argv[2] ?? 'http://localhost:5150').replace(/\/$/, '')
const guarded = process.argv[3]
const folder = new URL('../../tests/fixtures/clients/', import.meta.url)

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

async function json(response, status = 200) {
  assert.equal(response.status, status, `${response.url}: ${await response.clone().text()}`)
  return response.json()
}

const server = await json(await fetch(`${base}/.well-known/oauth-authorization-server`))
assert.ok(server.registration_endpoint, 'registration is on')

/** What the client that was refused at the guarded route is told (RFC 9728 §5.1). */
async function challenge() {
  if (!guarded) return {}
  const response = await fetch(base + guarded, { method: 'POST' })
  assert.equal(response.status, 401, `${guarded}: ${await response.text()}`)
  const header = response.headers.get('www-authenticate')
  const [, metadata] = header.match(/resource_metadata="([^"]+)"/)
  const { resource } = await json(await fetch(metadata))
  return { resource, scope: header.match(/scope="([^"]+)"/)?.[1] }
}

async function register(name) {
  const sent = JSON.parse(readFileSync(new URL(`${name}.json`, folder)))
  const answer = await fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  })
  const client = await json(answer, 201)
  assert.deepEqual(client.redirect_uris, sent.redirect_uris)
  assert.ok(client.grant_types.every((grant) => server.grant_types_supported.includes(grant)))
  const empty = Object.entries(client).filter(([, value]) => value === '' || value === null)
  assert.deepEqual(empty, [], 'no empty members')
  return client
}

/** A token request as the client registered to authenticate. */
function token(client, fields) {
  const body = new URLSearchParams(fields)
  const headers = {}
  if (client.token_endpoint_auth_method === 'client_secret_basic') {
    const pair = [client.client_id, client.client_secret].map(encodeURIComponent).join(':')
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  } else {
    body.set('client_id', client.client_id)
    if (client.client_secret) body.set('client_secret', client.client_secret)
  }
  return fetch(server.token_endpoint, { method: 'POST', headers, body })
}

async function call(accessToken) {
  if (!guarded) return
  const response = await fetch(base + guarded, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  assert.ok(![401, 403].includes(response.status), `${guarded}: ${response.status} ${await response.text()}`)
}

/** Loopback clients listen on another port each time (RFC 8252 §7.3). */
const listening = (uri) => uri.replace(/^(http:\/\/(?:127\.0\.0\.1|localhost))(?::\d+)?/, '$1:49152')

async function firstLogin(name, client, redirectUri, person) {
  person.browser.stopAt = redirectUri
  const { resource, scope } = await challenge()
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(scope && { scope }),
    ...(resource && { resource }),
  })
  const answer = await person.allow(url)
  assert.equal(answer.get('error'), null, `${answer}`)
  assert.equal(answer.get('state'), state)
  assert.equal(answer.get('iss'), server.issuer)
  const redemption = {
    grant_type: 'authorization_code',
    code: answer.get('code'),
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(resource && { resource }),
  }
  const first = await json(await token(client, redemption))
  await call(first.access_token)
  const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token, ...(resource && { resource }) }
  const second = await json(await token(client, refresh))
  assert.notEqual(second.access_token, first.access_token)
  await call(second.access_token)
  step(`${name}: first login through ${redirectUri}`)
}

const clients = {}
for (const file of readdirSync(folder).filter((file) => file.endsWith('.json')).sort()) {
  const name = file.slice(0, -'.json'.length)
  clients[name] = await register(name)
  step(`${name}: registered as ${clients[name].application_type}, ${clients[name].token_endpoint_auth_method}`)
}

// A person of its own for each of these; few enough for the limit of sign-ups.
for (const name of ['cursor', 'cursor-mixed', 'claude', 'chatgpt']) {
  const person = new Person('')
  for (const uri of clients[name].redirect_uris) await firstLogin(name, clients[name], listening(uri), person)
}
// And one who is signed in already, for the others.
const person = new Person('')
for (const name of ['claude-code', 'claude-with-secret', 'codex-cli', 'librechat', 'vscode']) {
  for (const uri of clients[name].redirect_uris) await firstLogin(name, clients[name], listening(uri), person)
}

console.log(`1..${count}`)
