// A PostgreSQL server that goes away and comes back, under a demo that keeps running (FA-01, FA-03):
//
//   STOP='pg_ctl … stop' START='pg_ctl … start' node .ci/postgres/restart.mjs ISSUER CLIENT_ID CLIENT_SECRET
//
// While it is away every endpoint that needs it answers 503 with `Retry-After` within 6 seconds, and pages
// say so; what needs none is served. Within 2 seconds of its return everything works, without a restart,
// and what was answered before is still there. The client may use client_credentials.
import assert from 'node:assert/strict'
import { execSync } from 'node:child_process'
import test from 'node:test'

const [issuer, id, secret] = process.argv.slice(2)
const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const post = (path, form) =>
  fetch(issuer + path, {
    method: 'POST',
    headers: { authorization: basic },
    body: new URLSearchParams(form),
  })
const token = () => post('/oauth/token', { grant_type: 'client_credentials' })
const introspect = (value) => post('/oauth/introspect', { token: value })
const run = (name) => execSync(process.env[name], { stdio: 'ignore' })

/** The answer, and how long it took, seconds. */
const timed = async (ask) => {
  const begun = performance.now()
  const answer = await ask()
  return [answer, (performance.now() - begun) / 1000]
}

let before

test('a token is issued and known', async () => {
  const answer = await token()
  assert.equal(answer.status, 200)
  before = (await answer.json()).access_token
  assert.equal((await (await introspect(before)).json()).active, true)
})

test('the server goes in the middle of a stream of requests: 200 or 503, nothing else', async () => {
  const seen = new Set()
  let stopped = false
  const stream = async () => {
    while (!stopped) {
      const answer = await token()
      seen.add(answer.status)
      if (answer.status === 503) assert.ok(answer.headers.get('retry-after'))
      await answer.arrayBuffer()
      // On a fast machine the client would reach its limit (429) otherwise.
      await new Promise((done) => setTimeout(done, 100))
    }
  }
  const streams = [stream(), stream(), stream(), stream()]
  await new Promise((done) => setTimeout(done, 300))
  run('STOP')
  await new Promise((done) => setTimeout(done, 1000))
  stopped = true
  await Promise.all(streams)
  assert.ok([...seen].every((status) => [200, 503].includes(status)), [...seen].join())
  assert.ok(seen.has(503))
})

test('endpoints answer 503 within 6 seconds', async () => {
  for (const ask of [token, () => introspect(before), () => post('/oauth/revoke', { token: before })]) {
    const [answer, seconds] = await timed(ask)
    assert.equal(answer.status, 503)
    assert.equal((await answer.json()).error, 'temporarily_unavailable')
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
    assert.ok(seconds < 6, `${seconds} s`)
  }
})

test('pages say so', async () => {
  const [answer, seconds] = await timed(() =>
    fetch(`${issuer}/oauth/authorize?client_id=${id}`, { headers: { accept: 'text/html' } }),
  )
  assert.equal(answer.status, 503)
  assert.match(answer.headers.get('content-type'), /text\/html/)
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
  assert.ok(seconds < 6, `${seconds} s`)
})

test('what needs no database is served', async () => {
  for (const path of ['/.well-known/oauth-authorization-server', '/oauth/jwks']) {
    const [answer, seconds] = await timed(() => fetch(issuer + path))
    assert.equal(answer.status, 200)
    assert.ok(seconds < 1, `${seconds} s`)
  }
})

test('within 2 seconds of its return everything works', async () => {
  run('START')
  const returned = performance.now()
  let answer = await token()
  while (answer.status !== 200) {
    assert.ok(performance.now() - returned < 2000, `still ${answer.status} after 2 s`)
    await new Promise((done) => setTimeout(done, 50))
    answer = await token()
  }
  console.log(`# ${Math.round(performance.now() - returned)} ms`)
  assert.equal((await (await introspect(before)).json()).active, true)
  assert.equal((await post('/oauth/revoke', { token: before })).status, 200)
  assert.equal((await (await introspect(before)).json()).active, false)
})
