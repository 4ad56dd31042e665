// Draws the login, sign-up and consent pages of an authorization. The server sends the browser here
// with `?interaction=…`; everything else is asked from it.

const app = document.querySelector('#app')
const interaction = new URLSearchParams(location.search).get('interaction')
const server = '/oauth'

/** An element with attributes and children; text is never read as HTML. */
function el(name, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(name), attributes)
  element.append(...children)
  return element
}

async function call(path, { token, body } = {}) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    credentials: 'same-origin',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error_description ?? answer.description ?? response.statusText)
  return answer
}

function failed(error) {
  app.querySelector('[role=alert]')?.remove()
  app.append(el('p', { role: 'alert' }, error.message))
}

/** A JWT of the app becomes the session of the server, and the authorization goes on. */
async function enter(credentials) {
  const { token } = await call('/api/auth/login', { body: credentials })
  const exchange = { ...(interaction && { interaction }) }
  const { return_to } = await call(`${server}/session`, { token, body: exchange })
  location.assign(return_to ?? '/')
}

async function accountPage(title, fields, submit) {
  // Who asks, and for whom; without an interaction nobody does.
  const asked = interaction && (await call(`${server}/interaction?interaction=${interaction}`))
  const form = el('form', {
    onsubmit: (event) => {
      event.preventDefault()
      submit(Object.fromEntries(new FormData(form))).catch(failed)
    },
  })
  for (const [name, type, autocomplete] of fields) {
    const value = name === 'email' ? (asked?.login_hint ?? '') : ''
    form.append(el('label', {}, name, el('input', { name, type, autocomplete, value, required: true })))
  }
  form.append(el('button', {}, title))
  const other = location.pathname === '/signup' ? ['/login', 'Log in'] : ['/signup', 'Make an account']
  app.replaceChildren(
    el('h1', {}, title),
    ...(asked ? [el('p', {}, 'to go on to ', el('bdi', {}, asked.client.name ?? asked.client.host))] : []),
    form,
    el('p', {}, el('a', { href: other[0] + location.search }, other[1])),
  )
}

async function consentPage() {
  const asked = await call(`${server}/interaction?interaction=${interaction}`)
  const boxes = asked.scopes.map((scope) => {
    const box = el('input', { type: 'checkbox', value: scope.name, checked: true, disabled: scope.required })
    return { box, line: el('label', {}, box, ` ${scope.description}`) }
  })
  const decide = async (action) => {
    const scopes = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value)
    const body = { interaction, csrf_token: asked.csrf_token, action, ...(action === 'allow' && { scopes }) }
    const answer = await call(`${server}/interaction`, { body })
    location.assign(answer.location)
  }
  const button = (action, text) => el('button', { id: action, onclick: () => decide(action).catch(failed) }, text)
  app.replaceChildren(
    el('h1', {}, 'Access to your account'),
    el('p', {}, el('bdi', {}, asked.client.name ?? asked.client.host), ` at ${asked.client.redirect_host} asks ${asked.user.name} for:`),
    ...boxes.map(({ line }) => line),
    button('allow', 'Allow'),
    ' ',
    button('deny', 'Deny'),
  )
}

async function homePage() {
  const session = await call(`${server}/session`)
  const signOut = async () => {
    await fetch(`${server}/session`, { method: 'DELETE' })
    location.reload()
  }
  app.replaceChildren(
    el('h1', {}, 'Notes'),
    ...(session.signed_in
      ? [el('p', { id: 'who' }, `Hello, ${session.name}.`), el('button', { onclick: signOut }, 'Sign out')]
      : [el('p', {}, el('a', { href: '/login' }, 'Log in'))]),
  )
}

const email = ['email', 'email', 'username']
const pages = {
  '/login': () => accountPage('Log in', [email, ['password', 'password', 'current-password']], enter),
  '/signup': () =>
    accountPage('Sign up', [['name', 'text', 'name'], email, ['password', 'password', 'new-password']], async (entered) => {
      await call('/api/auth/register', { body: entered })
      await enter({ email: entered.email, password: entered.password })
    }),
  '/consent': consentPage,
}
const page = pages[location.pathname] ?? homePage
page().catch(failed)
