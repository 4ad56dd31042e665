//! A server as its clients see it: how a person signs up, gets a code and tokens, before the load
//! begins.

use std::{io, net::SocketAddr};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;

use crate::{
    Fault,
    client::{Answer, Connection, value_after},
    request::Request,
};

/// Path of the guarded route.
pub const GUARDED: &str = "/api/ping";
/// Path of the resource that the guard protects.
pub const RESOURCE: &str = "/api";
/// Scope that the guard asks for.
pub const GUARD_SCOPE: &str = "notes:read";

const CODE_CLIENT: &str = "speed-code:speed-code-secret-0123456789abcdefghijk";
const MACHINE_CLIENT: &str = "speed-machine:speed-machine-secret-0123456789abcdefgh";
const REDIRECT_URI: &str = "http://127.0.0.1:9/cb";
const PERSON: &str = "name=Bench&email=bench%40example.com&password=speed-password-1";
const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklm";

/// A running server, and the cookies of a person who is signed in there.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    /// The cookies.
    pub cookie: String,
}

/// What a code is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens of an OpenID client, with a refresh token.
    OpenId,
    /// A token for the guarded route.
    Guard,
}

/// The tokens of an answer.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; empty where there is none.
    pub refresh: String,
}

impl Site {
    /// Signs up the one person of the database by the form of the sign-up page.
    ///
    /// # Errors
    /// When the server does not sign the person in.
    pub async fn sign_up(address: SocketAddr) -> Result<Self, Fault> {
        let mut connection = Connection::open(address).await?;
        let page = connection
            .send(&Request::get("/oauth/signup").bytes())
            .await?;
        let browser = cookie_of(page, "oauth_browser")?;
        let csrf = value_after(page.body, b"name=\"csrf_token\" value=\"", b"\"");
        let csrf = escaped(&text(csrf.unwrap_or_default()));
        let form = format!("csrf_token={csrf}&{PERSON}");
        let request = Request::post("/oauth/signup", form).header("cookie", &browser);
        let session = cookie_of(connection.send(&request.bytes()).await?, "oauth_session")?;
        let cookie = format!("{session}; {browser}");
        Ok(Self { address, cookie })
    }

    /// The same person at another server with the same or a copied database.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self {
            address,
            cookie: self.cookie.clone(),
        }
    }

    /// The request at the authorization endpoint.
    pub fn authorize(&self, purpose: Purpose) -> Request {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let wanted = match purpose {
            Purpose::OpenId => "&scope=openid+profile+email+offline_access".to_owned(),
            Purpose::Guard => {
                let resource = escaped(&format!("{}{RESOURCE}", base_url(self.address)));
                format!("&scope={}&resource={resource}", escaped(GUARD_SCOPE))
            }
        };
        let path = format!(
            "/oauth/authorize?response_type=code&client_id=speed-code&redirect_uri={}{wanted}\
             &nonce=n&state=s&code_challenge={challenge}&code_challenge_method=S256",
            escaped(REDIRECT_URI),
        );
        Request::get(&path).header("cookie", &self.cookie)
    }

    /// Gets a code and exchanges it.
    ///
    /// # Errors
    /// When there is no code, or there are no tokens.
    pub async fn tokens(&self, purpose: Purpose) -> Result<Tokens, Fault> {
        let mut connection = Connection::open(self.address).await?;
        let authorize = self.authorize(purpose).bytes();
        let answer = connection.send(&authorize).await?;
        let code = code_of(answer).ok_or_else(|| unexpected("a code", answer))?;
        let redeem = redeem()
            .with_slot(&text(code))
            .ok_or("no place for the code")?;
        let answer = connection.send(redeem.bytes()).await?;
        let access = member(answer.body, "access_token");
        let access = access.ok_or_else(|| unexpected("tokens", answer))?;
        Ok(Tokens {
            access: text(access),
            refresh: text(member(answer.body, "refresh_token").unwrap_or_default()),
        })
    }
}

/// The URL of a server.
pub fn base_url(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// The request that exchanges a code, with a place for it.
pub fn redeem() -> Request {
    let form = format!(
        "grant_type=authorization_code&code={{}}&redirect_uri={}&code_verifier={VERIFIER}",
        escaped(REDIRECT_URI)
    );
    Request::post("/oauth/token", form).header("authorization", &basic(CODE_CLIENT))
}

/// The request that rotates a refresh token, with a place for it.
pub fn refresh() -> Request {
    Request::post("/oauth/token", "grant_type=refresh_token&refresh_token={}")
        .header("authorization", &basic(CODE_CLIENT))
}

/// The request of a machine for a token.
pub fn machine() -> Request {
    let form = "grant_type=client_credentials&scope=api%3Aread";
    Request::post("/oauth/token", form).header("authorization", &basic(MACHINE_CLIENT))
}

/// The request that introspects a token.
pub fn introspect(token: &str) -> Request {
    Request::post("/oauth/introspect", format!("token={token}"))
        .header("authorization", &basic(CODE_CLIENT))
}

/// A GET request with a bearer token.
pub fn bearer(path: &str, token: &str) -> Request {
    Request::get(path).header("authorization", &format!("Bearer {token}"))
}

/// The code in the location of an answer.
pub fn code_of(answer: Answer<'_>) -> Option<&[u8]> {
    value_after(answer.head, b"code=", b"&\r")
}

/// A text member of a JSON object, found by its bytes: tokens have no escapes.
pub fn member<'a>(body: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let start = match name {
        "access_token" => &b"\"access_token\":\""[..],
        _ => &b"\"refresh_token\":\""[..],
    };
    value_after(body, start, b"\"")
}

/// A cookie that an answer sets, as `name=value`.
fn cookie_of(answer: Answer<'_>, name: &str) -> Result<String, Fault> {
    let start = format!("set-cookie: {name}=");
    let value = value_after(answer.head, start.as_bytes(), b";\r");
    let value = value.ok_or_else(|| unexpected(name, answer))?;
    Ok(format!("{name}={}", text(value)))
}

fn unexpected(wanted: &str, answer: Answer<'_>) -> io::Error {
    io::Error::other(format!("no {wanted} in this answer:\n{}", answer.shown()))
}

fn basic(client: &str) -> String {
    format!("Basic {}", STANDARD.encode(client))
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
