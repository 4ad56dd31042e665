// The API elsewhere (examples/resource-server) takes tokens of examples/mcp that are for it, in both
// of its ways, and no others:
//
//   node resource-server.mjs http://localhost:5150 http://localhost:5160

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Person, register } from './person.mjs'

const issuer = process.argv[2] ?? 'http://localhost:5150'
const api = process.argv[3] ?? 'http://localhost:5160'
const redirectUri = 'http://127.0.0.1:8789/callback'
const person = new Person(redirectUri)

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

async function json(response, status = 200) {
  assert.equal(response.status, status, `${response.url}: ${await response.clone().text()}`)
  return response.json()
}

const form = (path, fields) => fetch(issuer + path, { method: 'POST', body: new URLSearchParams(fields) })

const client_id = await register(issuer, redirectUri, 'openid api:read mcp:read')

async function tokens(scope, resource) {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL('/oauth/authorize', issuer)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    scope,
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const answer = await person.allow(url)
  const redemption = {
    grant_type: 'authorization_code',
    code: answer.get('code'),
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id,
    resource,
  }
  return json(await form('/oauth/token', redemption))
}

const call = (route, token) => fetch(api + route, { headers: token ? { authorization: `Bearer ${token}` } : {} })

async function refused(route, token, status, error) {
  const response = await call(route, token)
  assert.equal(response.status, status, `${route}: ${await response.text()}`)
  assert.ok(response.headers.get('www-authenticate').includes(error), response.headers.get('www-authenticate'))
}

const routes = ['/introspected', '/verified']

for (const route of routes) {
  const response = await call(route)
  assert.equal(response.status, 401)
  const [, url] = response.headers.get('www-authenticate').match(/resource_metadata="([^"]+)"/)
  const document = await json(await fetch(url))
  assert.deepEqual([document.resource, document.authorization_servers], [api, [issuer]])
}
step('without a token: 401, and where to get one')

const good = await tokens('openid api:read', api)
const subjects = []
for (const route of routes) subjects.push((await json(await call(route, good.access_token))).sub)
assert.equal(subjects[0], subjects[1])
step('a token for the API is accepted by both routes')

const foreign = await tokens('mcp:read', `${issuer}/mcp`)
for (const route of routes) {
  await refused(route, foreign.access_token, 401, 'invalid_token')
  await refused(route, good.id_token, 401, 'invalid_token')
  await refused(route, `${good.access_token}A`, 401, 'invalid_token')
}
step('a token for another resource, an id token and a forgery are refused')

const poor = await tokens('openid', api)
for (const route of routes) await refused(route, poor.access_token, 403, 'insufficient_scope')
step('a token without the scope is refused')

const revocation = await form('/oauth/revoke', { token: good.access_token, client_id })
assert.equal(revocation.status, 200)
await refused('/introspected', good.access_token, 401, 'invalid_token')
assert.equal((await call('/verified', good.access_token)).status, 200)
step('a revoked token is refused at once where the server is asked')

console.log(`1..${count}`)
