// Drives npm openid-client, a certified relying party, against a running demo:
//
//   npm ci && node check.mjs http://localhost:5150
//
// The client is the one of examples/demo/config/development.yaml.

import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { Browser } from './browser.mjs'

const issuer = process.argv[2] ?? 'http://localhost:5150'
const clientId = process.env.CLIENT_ID ?? 'demo'
const clientSecret = process.env.CLIENT_SECRET ?? 'demo-secret-of-a-client-on-this-machine'
const redirectUri = process.env.REDIRECT_URI ?? 'http://127.0.0.1:5150/client/callback'
const scope = 'openid profile email offline_access'
const email = `ada-${Date.now()}@example.com`
const password = 'correct horse battery staple'

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

const config = await client.discovery(
  new URL(issuer),
  clientId,
  clientSecret,
  client.ClientSecretBasic(clientSecret),
  { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
)
const metadata = config.serverMetadata()
assert.equal(metadata.issuer, issuer)
assert.equal(metadata.authorization_response_iss_parameter_supported, true)
assert.ok(metadata.supportsPKCE())
step('discovery')

const browser = new Browser(redirectUri)

/** A new authorization request. */
async function begin(extra = {}) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...extra,
  })
  return { url: url.href, checks }
}

// A person without an account: login page, sign-up, consent, back to the client.
const first = await begin()
const login = await browser.open(first.url)
assert.match(login.html, /name="password"/)
const signup = await browser.follow(login, '/signup')
const consent = await browser.submit(signup, 'email', { name: 'Ada Lovelace', email, password })
assert.match(consent.html, /name="decision"/, consent.html)
step('login page, sign-up, consent page')
const back = await browser.submit(consent, 'decision', { decision: 'allow' })
const callback = new URL(back.url)
assert.equal(callback.searchParams.get('iss'), issuer)
step('consent leads back to the client with code, state and iss')

await assert.rejects(
  client.authorizationCodeGrant(config, callback, { ...first.checks, expectedState: 'another' }),
  'another state is refused',
)
const mixedUp = new URL(callback)
mixedUp.searchParams.set('iss', 'http://other.example')
await assert.rejects(client.authorizationCodeGrant(config, mixedUp, first.checks), 'another iss is refused')
step('the client refuses another state and another iss')

const tokens = await client.authorizationCodeGrant(config, callback, first.checks)
const claims = tokens.claims()
assert.equal(claims.iss, issuer)
assert.equal(claims.aud, clientId)
assert.equal(tokens.token_type, 'bearer')
assert.equal(tokens.scope, scope)
assert.ok(tokens.refresh_token && tokens.expires_in > 0)
step(`code redeemed, id token verified (${JSON.parse(atob(tokens.id_token.split('.')[0])).alg})`)

const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
assert.equal(userinfo.email, email)
assert.equal(userinfo.name, 'Ada Lovelace')
step('userinfo')

const active = await client.tokenIntrospection(config, tokens.access_token)
assert.equal(active.active, true)
assert.equal(active.client_id, clientId)
assert.equal(active.sub, claims.sub)
step('introspection: active')

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
assert.notEqual(refreshed.access_token, tokens.access_token)
assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
assert.equal(refreshed.claims().sub, claims.sub)
step('refresh')

await client.tokenRevocation(config, refreshed.refresh_token)
assert.deepEqual({ ...(await client.tokenIntrospection(config, refreshed.access_token)) }, { active: false })
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, claims.sub))
await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' })
step('revocation ends the family')

// The session and the consent are remembered: straight back to the client.
const second = await begin()
const again = await browser.open(second.url)
assert.ok(again.url.startsWith(redirectUri), again.url)
const secondTokens = await client.authorizationCodeGrant(config, new URL(again.url), second.checks)
step('a second login asks nothing')

await assert.rejects(client.authorizationCodeGrant(config, new URL(again.url), second.checks), {
  error: 'invalid_grant',
})
assert.equal((await client.tokenIntrospection(config, secondTokens.access_token)).active, false)
step('a second redemption is refused and ends what the first gave')

// The person says no.
const third = await begin({ prompt: 'consent' })
const asked = await browser.open(third.url)
const denied = await browser.submit(asked, 'decision', { decision: 'deny' })
await assert.rejects(client.authorizationCodeGrant(config, new URL(denied.url), third.checks), {
  error: 'access_denied',
})
step('denial')

const silent = await begin({ prompt: 'none' })
const stranger = await new Browser(redirectUri).open(silent.url)
await assert.rejects(client.authorizationCodeGrant(config, new URL(stranger.url), silent.checks), {
  error: 'login_required',
})
step('prompt=none without a session: login_required')

console.log(`1..${count}`)
