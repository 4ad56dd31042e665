// Drives the TypeScript SDK of the Model Context Protocol against a running examples/mcp:
//
//   npm ci && node typescript.mjs http://localhost:5150
//
// The client registers itself, unless CLIENT_ID names the https URL of a client ID metadata document, or
// a client that is registered already.

import assert from 'node:assert/strict'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { UnauthorizedError, auth, extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import { Person } from './person.mjs'

const issuer = process.argv[2] ?? 'http://localhost:5150'
const clientId = process.env.CLIENT_ID
const document = clientId?.startsWith('https://') ? clientId : undefined
const redirectUri = process.env.REDIRECT_URI ?? 'http://127.0.0.1:8788/callback'
const serverUrl = new URL('/mcp', issuer)

let count = 0
const step = (text) => console.log(`ok ${++count} - ${text}`)

/** What the SDK wants to know of an app. */
class Provider {
  redirectUrl = redirectUri
  clientMetadataUrl = document
  clientMetadata = {
    client_name: 'TypeScript check',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  person = new Person(redirectUri)
  requests = []
  client = clientId && !document ? { client_id: clientId } : undefined

  state = () => (this.sentState = crypto.randomUUID())
  clientInformation = () => this.client
  saveClientInformation = (client) => void (this.client = client)
  tokens = () => this.saved
  saveTokens = (tokens) => void (this.saved = tokens)
  codeVerifier = () => this.verifier
  saveCodeVerifier = (verifier) => void (this.verifier = verifier)

  async redirectToAuthorization(url) {
    this.requests.push(url.searchParams)
    const answer = await this.person.allow(url)
    assert.equal(answer.get('error'), null, `${answer}`)
    assert.equal(answer.get('state'), this.sentState)
    assert.equal(answer.get('iss'), issuer)
    this.code = answer.get('code')
  }
}

const seen = []
let challenge
async function recording(url, init) {
  const response = await fetch(url, init)
  seen.push(`${init?.method ?? 'GET'} ${new URL(url).pathname} ${response.status}`)
  if (response.headers.has('www-authenticate')) challenge = extractWWWAuthenticateParams(response)
  return response
}

const provider = new Provider()
const connection = () => new StreamableHTTPClientTransport(serverUrl, { authProvider: provider, fetch: recording })
const client = new Client({ name: 'typescript-check', version: '1.0.0' })

const first = connection()
await assert.rejects(client.connect(first), UnauthorizedError)
assert.equal(challenge.scope, 'mcp:read')
assert.equal(challenge.error, undefined)
assert.equal(challenge.resourceMetadataUrl.href, `${issuer}/.well-known/oauth-protected-resource/mcp`)
step('401 names the metadata of the resource and the scope')
const path = seen.filter((line) => !line.startsWith('POST /mcp'))
const expected = [
  'GET /.well-known/oauth-protected-resource/mcp 200',
  'GET /.well-known/oauth-authorization-server 200',
  ...(clientId ? [] : ['POST /oauth/register 201']),
]
assert.deepEqual(path, expected)
step(`resource metadata, server metadata, ${clientId ? 'no registration' : 'registration'}`)
if (clientId) assert.equal(provider.client.client_id, clientId)
const [request] = provider.requests
assert.equal(request.get('resource'), serverUrl.href)
assert.equal(request.get('code_challenge_method'), 'S256')
assert.equal(request.get('scope'), 'mcp:read')
step('authorization request with PKCE and resource; sign-up, consent, back with code, state and iss')

await first.finishAuth(provider.code)
assert.equal(provider.saved.scope, 'mcp:read')
assert.ok(provider.saved.refresh_token)
await client.connect(connection())
const { tools } = await client.listTools()
assert.deepEqual(tools.map((tool) => tool.name).sort(), ['add_note', 'list_notes'])
const listed = await client.callTool({ name: 'list_notes' })
assert.equal(listed.isError ?? false, false)
step('code redeemed; tools listed, one called')

const before = provider.saved
assert.equal(await auth(provider, { serverUrl, fetchFn: recording }), 'AUTHORIZED')
assert.notEqual(provider.saved.access_token, before.access_token)
assert.notEqual(provider.saved.refresh_token, before.refresh_token)
assert.deepEqual(await client.callTool({ name: 'list_notes' }), listed)
step('refresh; the new token works')

await assert.rejects(client.callTool({ name: 'add_note', arguments: { text: 'Buy milk' } }))
assert.equal(challenge.error, 'insufficient_scope')
assert.equal(challenge.scope, 'mcp:read mcp:write')
step('403 names all scopes that the tool needs')

// The SDK has tried a refresh, which gives no further scopes: the app forgets the tokens.
provider.saved = undefined
const again = { serverUrl, ...challenge, fetchFn: recording }
assert.equal(await auth(provider, again), 'REDIRECT')
assert.equal(provider.requests.at(-1).get('scope'), 'mcp:read mcp:write')
assert.equal(await auth(provider, { ...again, authorizationCode: provider.code }), 'AUTHORIZED')
assert.equal(provider.saved.scope, 'mcp:read mcp:write')
await client.callTool({ name: 'add_note', arguments: { text: 'Buy milk' } })
const notes = await client.callTool({ name: 'list_notes' })
assert.equal(notes.content[0].text, 'Buy milk')
step('step-up: the person is asked for the new scope, the tool works')

await client.close()
console.log(`1..${count}`)
