// The person at the browser: signs up once, then says yes to what a client asks for.

import assert from 'node:assert/strict'
import { Browser } from '../openid-client/browser.mjs'

/** A public client for one redirect URI: the one of CLIENT_ID, else a new one. */
export async function register(issuer, redirectUri, scope) {
  if (process.env.CLIENT_ID) return process.env.CLIENT_ID
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A check',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      scope,
    }),
  })
  assert.equal(response.status, 201, await response.clone().text())
  return (await response.json()).client_id
}

export class Person {
  constructor(redirectUri) {
    this.browser = new Browser(redirectUri)
    this.email = `ada-${Date.now()}-${Math.random().toString(36).slice(2)}@example.com`
  }

  /** @returns {Promise<URLSearchParams>} what the client gets back */
  async allow(url) {
    let page = await this.browser.open(String(url))
    if (page.html.includes('name="password"')) {
      const signup = await this.browser.follow(page, '/signup')
      // Apps ask for what their users model wants; the starter's has a name.
      const name = signup.html.includes('name="name"') ? { name: 'Ada Lovelace' } : {}
      const password = 'correct horse battery staple'
      page = await this.browser.submit(signup, 'email', { ...name, email: this.email, password })
    }
    if (page.html.includes('name="decision"')) {
      page = await this.browser.submit(page, 'decision', { decision: 'allow' })
    }
    assert.ok(page.url.startsWith(this.browser.stopAt), `back at the client: ${page.url}\n${page.html}`)
    return new URL(page.url).searchParams
  }
}
