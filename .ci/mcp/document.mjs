// A client ID metadata document (what a client publishes about itself) on https://localhost:<port>:
//
//   node document.mjs <port> <folder with localhost.key, localhost.pem>

import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'

const [port, folder] = process.argv.slice(2)
const document = {
  client_id: `https://localhost:${port}/client.json`,
  client_name: 'A client with a document',
  redirect_uris: ['http://127.0.0.1:8788/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}
const tls = { key: readFileSync(`${folder}/localhost.key`), cert: readFileSync(`${folder}/localhost.pem`) }
createServer(tls, (request, response) => {
  response.statusCode = request.url === '/client.json' ? 200 : 404
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(document))
}).listen(port, 'localhost')
