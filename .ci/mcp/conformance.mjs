// Runs the authorization-server scenarios of the MCP project's own conformance suite against a running
// examples/mcp, as the person at the browser:
//
//   npm ci && node conformance.mjs http://localhost:5150
//
// The suite needs Node 22, which comes as a package.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Person, register } from './person.mjs'

const issuer = process.argv[2] ?? 'http://localhost:5150'
const modules = fileURLToPath(new URL('node_modules', import.meta.url))

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})
const redirectUri = `http://127.0.0.1:${port}/callback`

const client_id = await register(issuer, redirectUri, 'mcp:read')

const suite = spawn(
  `${modules}/.bin/node`,
  [
    `${modules}/@modelcontextprotocol/conformance/dist/index.js`,
    'authorization',
    ...['--url', issuer, '--client-id', client_id, '--resource', `${issuer}/mcp`, '--port', String(port)],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
let printed = ''
let opened = false
suite.stdout.on('data', async (chunk) => {
  process.stdout.write(chunk)
  printed += chunk
  const url = printed.match(/^https?:\/\/\S+\/oauth\/authorize\?\S+(?=\s)/m)?.[0]
  if (!url || opened) return
  opened = true
  try {
    const answer = await new Person(redirectUri).allow(url)
    await fetch(`${redirectUri}?${answer}`)
  } catch (error) {
    console.error(error)
    suite.kill()
  }
})
const code = await new Promise((resolve) => suite.on('close', resolve))
assert.ok(opened, 'a person was asked')
assert.equal(code, 0, 'every scenario passes')
