"""Drives the Python SDK of the Model Context Protocol against a running examples/mcp:

    pip install -r requirements.txt && python check.py http://localhost:5150

The client registers itself, unless CLIENT_ID names one that is registered already.
"""

import asyncio
import html
import os
import re
import sys
import time
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

ISSUER = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:5150"
REDIRECT_URI = "http://127.0.0.1:8790/callback"
COUNT = 0


def step(text):
    global COUNT
    COUNT += 1
    print(f"ok {COUNT} - {text}")


class Person:
    """Signs up once, then says yes to what a client asks for."""

    def __init__(self):
        self.http = httpx2.AsyncClient()
        self.requests = []

    async def allow(self, url):
        self.requests.append(parse_qs(urlsplit(url).query))
        page = await self.open(url)
        if 'name="password"' in page.text:
            signup = re.search(r'<a\b[^>]*href="([^"]*/signup[^"]*)"', page.text).group(1)
            page = await self.open(urljoin(str(page.url), html.unescape(signup)))
            fields = {"email": f"ada-{time.time_ns()}@example.com", "password": "correct horse battery staple"}
            page = await self.submit(page, "email", fields)
        if 'name="decision"' in page.text:
            page = await self.submit(page, "decision", {"decision": "allow"})
        raise AssertionError(f"not back at the client: {page.url}\n{page.text}")

    async def open(self, url, data=None):
        for _ in range(12):
            if url.startswith(REDIRECT_URI):
                raise Back(url)
            if data is None:
                page = await self.http.get(url)
            else:
                page = await self.http.post(url, data=data, headers={"sec-fetch-site": "same-origin"})
            data, location = None, page.headers.get("location")
            refresh = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]*)"', page.text)
            if location is None and refresh:
                location = html.unescape(refresh.group(1))
            if location is None:
                return page
            url = urljoin(url, location)
        raise AssertionError("too many redirects")

    async def submit(self, page, having, fields):
        forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", page.text, re.S)
        attributes, inside = next(form for form in forms if f'name="{having}"' in form[1])
        data = dict(fields)
        for tag in re.findall(r"<input\b[^>]*>", inside):
            found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            kept = found.get("type") != "checkbox" or re.search(r"\schecked\b", tag)
            name = found.get("name")
            if name and kept and name not in fields:
                data.setdefault(name, []).append(html.unescape(found.get("value", "on")))
        action = html.unescape(re.search(r'action="([^"]*)"', attributes).group(1))
        return await self.open(urljoin(str(page.url), action), data)


class Back(Exception):
    """The browser is at the client's address."""


class Storage:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def main():
    person, storage, answers = Person(), Storage(), []
    if client_id := os.environ.get("CLIENT_ID"):
        storage.client = OAuthClientInformationFull(client_id=client_id, redirect_uris=[REDIRECT_URI])

    async def redirect(url):
        try:
            await person.allow(url)
        except Back as back:
            answers.append({name: values[0] for name, values in parse_qs(urlsplit(str(back)).query).items()})

    async def callback():
        answer = answers[-1]
        assert "error" not in answer, answer
        assert answer["iss"] == ISSUER, answer
        return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer["iss"])

    provider = OAuthClientProvider(
        server_url=f"{ISSUER}/mcp",
        client_metadata=OAuthClientMetadata(
            client_name="Python check",
            redirect_uris=[REDIRECT_URI],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method="none",
        ),
        storage=storage,
        redirect_handler=redirect,
        callback_handler=callback,
    )
    seen = []

    async def note(response):
        seen.append(f"{response.request.method} {response.request.url.path} {response.status_code}")

    hooks = {"response": [note]}
    async with (
        httpx2.AsyncClient(auth=provider, event_hooks=hooks, timeout=30) as http,
        streamable_http_client(f"{ISSUER}/mcp", http_client=http) as (read, write, *_),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        request = person.requests[0]
        assert request["resource"] == [f"{ISSUER}/mcp"], request
        assert request["code_challenge_method"] == ["S256"], request
        assert "mcp:read" in request["scope"][0].split(), request
        step("challenge, discovery, registration, sign-up, consent, code with PKCE, resource and iss")

        tools = await session.list_tools()
        assert sorted(tool.name for tool in tools.tools) == ["add_note", "list_notes"]
        await session.call_tool("list_notes", {})
        step("tools listed, one called")

        before = storage.tokens
        provider.context.token_expiry_time = time.time() - 1
        await session.call_tool("list_notes", {})
        assert storage.tokens.access_token != before.access_token
        assert storage.tokens.refresh_token != before.refresh_token
        assert len(person.requests) == 1
        step("refresh; the new token works, nobody is asked")

        await session.call_tool("add_note", {"text": "Buy milk"})
        asked = person.requests[1]["scope"][0].split()
        assert {"mcp:read", "mcp:write"} <= set(asked), asked
        assert {"mcp:read", "mcp:write"} <= set(storage.tokens.scope.split()), storage.tokens.scope
        notes = await session.call_tool("list_notes", {})
        assert notes.content[0].text == "Buy milk", notes
        step("step-up after 403: the person is asked for the new scope, the tool works")
    print(f"1..{COUNT}")


asyncio.run(main())
