#!/usr/bin/env node
// Mixed journeys of many people and apps against a running app with its default configuration, first
// one after the other, then eight at once, in turns of a minute, for SECONDS; with AT_ONCE as many all the
// time. benches/soak/run starts the app and calls this.
//
//   BASE_URL=http://localhost:5150 PID=… CLIENT='{"client_id":…,"client_secret":…}' MACHINE='{…}' \
//     SECONDS=1800 node benches/soak/soak.mjs
//
// Every person has an address of their own (127.x.y.z), so that the default rate limits hold and
// nobody meets them. It fails on an answer that does not belong to its request, on any request of
// more than LONGEST milliseconds (1000), and on memory that does not level off.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'

const asked = (name, usual) => Number(process.env[name] ?? usual)
const base = new URL(process.env.BASE_URL ?? 'http://localhost:5150')
const client = JSON.parse(process.env.CLIENT)
const machine = JSON.parse(process.env.MACHINE)
const [seconds, longest, turn] = [asked('SECONDS', 60), asked('LONGEST', 1000), asked('TURN', 60)]
const always = asked('AT_ONCE', 0)
const callback = 'http://127.0.0.1:9/callback'
const password = 'correct horse battery staple'
const MOST_PEOPLE = 1500

// ---- what came of the requests

const seen = new Map() // kind → {count, wrong, worst, times}
const faults = []
let slow = 0
let wrongInARow = 0
// With UNTIL_IT_STOPS the run ends when nothing but wrong answers comes.
const stopped = () => Boolean(process.env.UNTIL_IT_STOPS) && wrongInARow >= 20

function fault(text) {
  faults.push(`${new Date().toISOString()} ${text}`)
  if (faults.length <= 20) console.log(faults.at(-1))
}

function note(kind, status, wanted, took, detail) {
  const row = seen.get(kind) ?? { count: 0, wrong: 0, worst: 0, times: [] }
  seen.set(kind, row)
  row.count++
  row.worst = Math.max(row.worst, took)
  if (row.times.length < 200_000) row.times.push(took)
  if (took > longest) {
    slow++
    fault(`${kind}: ${Math.round(took)} ms`)
  }
  if (![wanted].flat().includes(status)) {
    row.wrong++
    wrongInARow++
    fault(`${kind}: ${status} instead of ${wanted} ${detail ?? ''}`)
  } else {
    wrongInARow = 0
  }
}

// ---- requests

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'", '#x2F': '/' }
const text = (value) => value.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole)

class Machine {
  constructor(number) {
    this.address = `127.${1 + ((number >> 16) & 0x7f)}.${(number >> 8) & 0xff}.${(number & 0xff) || 1}`
    this.cookies = new Map()
  }

  /** One request; a fault of the connection counts as status 0. */
  async send(kind, wanted, path, { form, json, headers = {} } = {}) {
    const url = new URL(path, base)
    const body = form ? new URLSearchParams(form).toString() : json ? JSON.stringify(json) : undefined
    const all = { host: base.host, 'accept-language': 'en', accept: '*/*', ...headers }
    if (form) all['content-type'] = 'application/x-www-form-urlencoded'
    if (json) all['content-type'] = 'application/json'
    if (body !== undefined) all['content-length'] = Buffer.byteLength(body)
    if (this.cookies.size) all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const begun = performance.now()
    const answer = await new Promise((resolve) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: base.port || 80,
          localAddress: this.address,
          method: body === undefined ? 'GET' : 'POST',
          path: url.pathname + url.search,
          headers: all,
          timeout: 15_000,
        },
        (response) => {
          const chunks = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('end', () =>
            resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
          )
          response.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }))
        },
      )
      request.on('timeout', () => request.destroy(new Error('no answer in 15 s')))
      request.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }))
      request.end(body)
    })
    const expected = [wanted].flat().includes(answer.status)
    note(kind, answer.status, wanted, performance.now() - begun, expected ? '' : answer.body.slice(0, 300))
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const [pair] = cookie.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0/i.test(cookie)) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    // A journey cannot go on from an answer that does not belong to it.
    if (!expected) throw new Stopped()
    return answer
  }

  /** Follows redirects to a page or to the client. */
  async follow(kind, answer) {
    for (let hops = 0; hops < 10; hops++) {
      const refresh = answer.body.match(/<meta http-equiv="refresh" content="0;url=([^"]*)"/)
      const next = answer.headers.location ?? (refresh && text(refresh[1]))
      if (!next) return { page: answer.body }
      const url = new URL(next, base)
      if (url.href.startsWith(callback)) return { code: url.searchParams.get('code') }
      answer = await this.send(kind, [200, 303], url.pathname + url.search)
    }
    throw new Error('too many redirects')
  }

  /** Submits the form of a page that has the field `having`. */
  async submit(kind, page, having, fields, wanted = [200, 303]) {
    const forms = [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)]
    const form = forms.find(([, , inside]) => inside.includes(`name="${having}"`))
    assert.ok(form, `a form with ${having}: ${page.slice(0, 2000)}`)
    const body = []
    for (const [tag] of form[2].matchAll(/<input\b[^>]*>/g)) {
      const value = (name) => text(tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '')
      const kept = !/type="checkbox"/.test(tag) || /\bchecked\b/.test(tag)
      if (kept && value('name') && !(value('name') in fields)) body.push([value('name'), value('value') || 'on'])
    }
    body.push(...Object.entries(fields))
    const action = text(form[1].match(/action="([^"]*)"/)[1])
    const headers = { origin: base.origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
    return this.send(kind, wanted, action, { form: body, headers })
  }
}

class Stopped extends Error {}

const basic = ({ client_id, client_secret }) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`).toString('base64')}`,
})

// ---- journeys

let numbers = 1
const people = []

/** Somebody who has not been here for a moment: people do not meet their own rate limits. */
function somebody(pause, journey) {
  for (let tries = 0; tries < 20; tries++) {
    const who = people[Math.floor(Math.random() * people.length)]
    const ready = who && !who.busy && Date.now() > (who.resting?.get(journey) ?? 0)
    if (!ready) continue
    who.busy = true
    who.resting ??= new Map()
    who.resting.set(journey, Date.now() + pause)
    return who
  }
}

function authorizationRequest(more = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: callback,
    scope: 'openid profile email',
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { path: `/oauth/authorize?${query}`, verifier }
}

async function redeem(who, code, verifier) {
  assert.ok(code, 'a code')
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback }
  const tokens = JSON.parse((await who.send('code', 200, '/oauth/token', { form, headers: basic(client) })).body)
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  await who.send('userinfo', 200, '/oauth/userinfo', { headers })
  return tokens
}

/** What every landing at the pages ends with: consent where it is asked. */
async function allowed(who, at) {
  if (at.page?.includes('name="decision"')) {
    const sent = await who.submit('consent', at.page, 'decision', { decision: 'allow' })
    return who.follow('after consent', sent)
  }
  return at
}

async function signUp() {
  const number = numbers++
  const who = new Machine(number)
  who.login = `person-${process.pid}-${number}@example.com`
  const { path, verifier } = authorizationRequest()
  const login = await who.follow('login page', await who.send('authorize', 303, path))
  const link = login.page.match(/href="([^"]*\/oauth\/signup[^"]*)"/)
  const signup = await who.send('sign-up page', 200, text(link[1]))
  const fields = { name: `Person ${number}`, email: who.login, password }
  const sent = await who.submit('sign-up', signup.body, 'password', fields)
  const end = await allowed(who, await who.follow('after sign-up', sent))
  await redeem(who, end.code, verifier)
  if (people.length < MOST_PEOPLE) people.push(who)
  else people[Math.floor(Math.random() * people.length)] = who
}

async function logIn() {
  const who = somebody(40_000, 'login')
  if (!who) return signUp()
  try {
    who.cookies.clear()
    const { path, verifier } = authorizationRequest()
    const login = await who.follow('login page', await who.send('authorize', 303, path))
    const wrong = Math.random() < 0.1
    if (wrong) {
      const again = await who.submit('wrong password', login.page, 'password', { login: who.login, password: 'wrong' }, 400)
      login.page = again.body
    }
    const sent = await who.submit('login', login.page, 'password', { login: who.login, password })
    const end = await allowed(who, await who.follow('after login', sent))
    await redeem(who, end.code, verifier)
  } finally {
    who.busy = false
  }
}

async function session() {
  const who = somebody(6000, 'session')
  if (!who) return signUp()
  try {
    const { path, verifier } = authorizationRequest()
    const end = await allowed(who, await who.follow('authorize', await who.send('authorize', [200, 303], path)))
    if (!end.code) return
    let tokens = await redeem(who, end.code, verifier)
    const headers = basic(client)
    for (let round = 0; round < 3; round++) {
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
      tokens = JSON.parse((await who.send('refresh', 200, '/oauth/token', { form, headers })).body)
    }
    const token = tokens.access_token
    const active = await who.send('introspect', 200, '/oauth/introspect', { form: { token }, headers })
    assert.equal(JSON.parse(active.body).active, true)
    await who.send('revoke', 200, '/oauth/revoke', { form: { token: tokens.refresh_token }, headers })
  } finally {
    who.busy = false
  }
}

async function machines() {
  const who = new Machine(numbers++)
  const headers = basic(machine)
  const form = { grant_type: 'client_credentials' }
  const tokens = JSON.parse((await who.send('client credentials', 200, '/oauth/token', { form, headers })).body)
  await who.send('introspect', 200, '/oauth/introspect', { form: { token: tokens.access_token }, headers })
}

async function strangers() {
  const number = numbers++
  const who = new Machine(number)
  await who.send('metadata', 200, '/.well-known/openid-configuration')
  await who.send('jwks', 200, '/oauth/jwks')
  const form = { grant_type: 'authorization_code', code: 'invented', redirect_uri: callback, code_verifier: 'a'.repeat(43) }
  await who.send('invented code', 400, '/oauth/token', { form, headers: basic(client) })
  await who.send('invented client', 400, '/oauth/authorize?response_type=code&client_id=invented')
  // One of their own each: a token has a limit, whoever sends it.
  const headers = { authorization: `Bearer invented-${number}` }
  await who.send('invented token', 401, '/oauth/userinfo', { headers })
}

/** The app's own users, through its own routes and its own use of the database. */
async function own() {
  const number = numbers++
  const who = new Machine(number)
  const email = `own-${process.pid}-${number}@example.com`
  await who.send('own register', 200, '/api/auth/register', { json: { name: `Own ${number}`, email, password } })
  const login = await who.send('own login', 200, '/api/auth/login', { json: { email, password } })
  const headers = { authorization: `Bearer ${JSON.parse(login.body).token}` }
  await who.send('own current', 200, '/api/auth/current', { headers })
}

const journeys = [
  [12, signUp],
  [12, logIn],
  [40, session],
  [12, machines],
  [12, strangers],
  [process.env.OWN_ROUTES === 'no' ? 0 : 12, own],
]
const total = journeys.reduce((sum, [weight]) => sum + weight, 0)

async function journey() {
  let at = Math.random() * total
  const [, one] = journeys.find(([weight]) => (at -= weight) < 0)
  try {
    await one()
  } catch (error) {
    if (error instanceof Stopped) return
    fault(`${one.name}: ${error.message.slice(0, 500)}`)
  }
}

// ---- the run

const memory = []
function resident() {
  if (!process.env.PID) return {}
  const status = readFileSync(`/proc/${process.env.PID}/status`, 'utf8')
  const kb = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0)
  return { resident: kb('VmRSS'), own: kb('RssAnon') }
}

const percentile = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
const requests = () => [...seen.values()].reduce((sum, row) => sum + row.count, 0)

const begun = Date.now()
const ends = begun + seconds * 1000
let before = 0
console.log('   time  at once  requests/s  wrong or slow  RSS MB  without files MB')
for (let turns = 0; Date.now() < ends && !stopped(); turns++) {
  const atOnce = always || (turns % 2 ? 8 : 1)
  const until = Math.min(ends, Date.now() + turn * 1000)
  const started = Date.now()
  const worker = async () => {
    while (Date.now() < until && !stopped()) await journey()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const now = resident()
  memory.push(now.own ?? 0)
  const rate = ((requests() - before) * 1000) / (Date.now() - started)
  before = requests()
  const columns = [
    [`${Math.round((Date.now() - begun) / 1000)} s`, 7],
    [atOnce, 7],
    [rate.toFixed(0), 10],
    [faults.length, 13],
    [((now.resident ?? 0) / 1024).toFixed(0), 10],
    [((now.own ?? 0) / 1024).toFixed(0), 12],
  ]
  console.log(columns.map(([value, width]) => String(value).padStart(width)).join('  '))
}

console.log('\nrequest              count   wrong  p50 ms  p99 ms  worst ms')
for (const [kind, row] of [...seen].sort(([a], [b]) => a.localeCompare(b))) {
  const times = row.times.sort((a, b) => a - b)
  const figures = [percentile(times, 0.5), percentile(times, 0.99), row.worst].map((ms) => ms.toFixed(1).padStart(8))
  console.log(`${kind.padEnd(18)}${String(row.count).padStart(8)}${String(row.wrong).padStart(8)}${figures.join('')}`)
}
console.log(`\n${requests()} requests in ${Math.round((Date.now() - begun) / 1000)} s`)

// The last quarter may not need a tenth (and 8 MB) more than the one before.
const quarter = Math.floor(memory.length / 4)
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / Math.max(list.length, 1)
const [third, last] = [memory.slice(-2 * quarter, -quarter), memory.slice(-quarter)].map(mean)
const levels = quarter < 2 || last <= third * 1.1 + 8192
if (quarter >= 2) {
  console.log(`memory without files: ${(third / 1024).toFixed(0)} MB in the third quarter, ${(last / 1024).toFixed(0)} MB in the last`)
}
if (!levels) console.log('the memory does not level off')
const holds = faults.length === 0 && levels
console.log(holds ? 'It holds.' : `It does not hold: ${faults.length} wrong or slow (${slow} slow).`)
process.exit(holds ? 0 : 1)
