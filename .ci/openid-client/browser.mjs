// The least of a browser: cookies per host, redirects, forms. No JavaScript, as the pages promise.

import assert from 'node:assert/strict'

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'", '#x2F': '/' }

const text = (value) => value.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole)

const attributes = (tag) =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].slice(1).map(([, name, value]) => [name, text(value ?? '')]))

export class Browser {
  /** @param {string} stopAt address that belongs to the client: it is returned, not opened */
  constructor(stopAt) {
    this.stopAt = stopAt
    this.cookies = new Map()
  }

  async request(url, body) {
    const host = new URL(url).host
    const jar = this.cookies.get(host) ?? new Map()
    this.cookies.set(host, jar)
    const headers = { accept: 'text/html', 'accept-language': 'en' }
    if (jar.size) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    if (body) {
      headers.origin = new URL(url).origin
      headers['sec-fetch-site'] = 'same-origin'
    }
    const response = await fetch(url, { method: body ? 'POST' : 'GET', body, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      if (/max-age=0/i.test(cookie)) jar.delete(name)
      else jar.set(name, pair.slice(at + 1))
    }
    return response
  }

  /** Opens a page as a person does. */
  async open(url, body) {
    for (let hops = 0; hops < 12; hops++) {
      if (String(url).startsWith(this.stopAt)) return { url: String(url), html: '' }
      const response = await this.request(url, body)
      body = undefined
      const location = response.headers.get('location')
      if (location) {
        assert.equal(response.status, 303, `${url} redirects with 303`)
        url = new URL(location, url).href
        continue
      }
      const html = await response.text()
      const refresh = html.match(/<meta http-equiv="refresh" content="0;url=([^"]*)"/)
      if (!refresh) return { url: String(url), html, status: response.status }
      url = new URL(text(refresh[1]), url).href
    }
    throw new Error('too many redirects')
  }

  /** Fills in and submits the form that has the field or button `having`. */
  async submit(page, having, fields) {
    const forms = [...page.html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)]
    const form = forms.find(([, , inside]) => inside.includes(`name="${having}"`))
    assert.ok(form, `${page.url} (${page.status}) has a form with ${having}:\n${page.html}`)
    const body = new URLSearchParams()
    for (const [tag] of form[2].matchAll(/<input\b[^>]*>/g)) {
      const input = attributes(tag)
      const kept = input.type === 'checkbox' ? 'checked' in input : true
      if (kept && input.name && !(input.name in fields)) body.append(input.name, input.value ?? 'on')
    }
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    const action = text(form[1].match(/action="([^"]*)"/)?.[1] ?? '') || page.url
    return this.open(new URL(action, page.url).href, body)
  }

  /** Follows the link whose address contains `part`. */
  async follow(page, part) {
    const links = [...page.html.matchAll(/<a\b[^>]*href="([^"]*)"/g)].map(([, href]) => text(href))
    const link = links.find((href) => href.includes(part))
    assert.ok(link, `${page.url} has a link to ${part}:\n${page.html}`)
    return this.open(new URL(link, page.url).href)
  }
}
