// The person at the browser: signs up once, then says yes to what a client asks for.

import assert from 'node:assert/strict'
import { Browser } from '../openid-client/browser.mjs'

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
      page = await this.browser.submit(signup, 'email', { email: this.email, password: 'correct horse battery staple' })
    }
    if (page.html.includes('name="decision"')) {
      page = await this.browser.submit(page, 'decision', { decision: 'allow' })
    }
    assert.ok(page.url.startsWith(this.browser.stopAt), `back at the client: ${page.url}\n${page.html}`)
    return new URL(page.url).searchParams
  }
}
