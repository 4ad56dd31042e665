//! The handlers.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::{Body, Bytes as Octets, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::sqlx::types::chrono::Utc;
use sha2::{Digest, Sha256};
use url::form_urlencoded::{byte_serialize, parse};

use super::{
    Bare,
    database::{
        Row, Value,
        Value::{Bytes, Flag, Long, MaybeText, Text, Words},
    },
    secrets::{hash, token as random_token},
};
use crate::{Fault, client::value_after, site::GUARD_SCOPE};

/// Seconds that a code is good for.
const CODE: i64 = 60;
/// The client of the table: those of the configuration are not there.
pub const NO_CLIENT: Value<'static> = Text("");
/// Longest body.
const LONGEST: usize = 64 * 1024;

/// A form with the client that sent it.
pub struct Form {
    body: Octets,
    /// The client of the header.
    pub client_id: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
}

/// A handler's failure: nobody but the measurement reads it.
pub struct Failure(Fault);

type Answer = Result<Response, Failure>;

impl<E: Into<Fault>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.0.to_string()).into_response()
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    Utc::now().timestamp()
}

/// The metadata.
pub async fn discovery(State(bare): State<Arc<Bare>>) -> Response {
    document(bare.documents.metadata.clone())
}

/// The public keys.
pub async fn jwks(State(bare): State<Arc<Bare>>) -> Response {
    document(bare.documents.keys.clone())
}

/// The token endpoint.
pub async fn token(State(bare): State<Arc<Bare>>, request: Request) -> Answer {
    let form = Form::read(request).await?;
    bare.authenticate(&form)?;
    let body = match form.one("grant_type").as_deref() {
        Some("client_credentials") => bare.machine(&form).await?,
        Some("authorization_code") => bare.redeem(&form).await?,
        _ => bare.rotate(&form).await?,
    };
    Ok(json(body))
}

/// Introspection of an access token.
pub async fn introspect(State(bare): State<Arc<Bare>>, request: Request) -> Answer {
    let form = Form::read(request).await?;
    bare.authenticate(&form)?;
    let token = form.one("token").ok_or("no token")?;
    let found = bare.access_token(&token).await?;
    Ok(json(format!(
        r#"{{"active":true,"scope":"{}","client_id":"{}","sub":"{}","aud":"{}","iss":"{}","exp":{},"iat":{},"token_type":"Bearer","auth_time":{},"acr":"{}","amr":["{}"],"sid":"{}"}}"#,
        found.words("a_scopes")?.join(" "),
        found.text("a_client_id")?.unwrap_or_default(),
        found.public_id("u_pid")?,
        found.words("a_audience")?.join("\",\""),
        bare.base_url,
        found.long("a_expires_at")?,
        found.long("a_issued_at")?,
        found.long("g_auth_time")?,
        found.text("g_acr")?.unwrap_or_default(),
        found.words("g_amr")?.join("\",\""),
        found.text("s_sid")?.unwrap_or_default(),
    )))
}

/// The authorization endpoint, for a person who is signed in and need not be asked.
pub async fn authorize(State(bare): State<Arc<Bare>>, request: Request) -> Answer {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let sent = |name| parameter(query, name).unwrap_or_default();
    let cookies = request.headers().get(header::COOKIE).ok_or("no cookie")?;
    let cookie = value_after(cookies.as_bytes(), b"oauth_session=", b"; .").ok_or("no session")?;
    let session_hash = hash("session", std::str::from_utf8(cookie)?);
    let (database, sql) = (&bare.database, &bare.database.sql);
    let (at, client_id) = (now(), sent("client_id"));
    let wanted = [Long(at), Text(&client_id), Bytes(&session_hash)];
    let found = database.row(sql.find_session, &wanted).await?;
    let code = random_token("loco_ac_")?;
    let session = found.long("s_id")?;
    let words = |name| sent(name).split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (scopes, mut resources) = (words("scope"), words("resource"));
    resources.retain(|resource| !resource.is_empty());
    let (amr, redirect_uri) = (found.words("s_amr")?, sent("redirect_uri"));
    let mut writing = database.begin().await?;
    let locked = writing.row(sql.lock_session, &[Long(session)]).await?;
    let values = [
        Text("code"),
        Text(&client_id),
        Long(locked.long("u_id")?),
        Long(session),
        Bytes(&hash("code", &code)),
        Text(&redirect_uri),
        Flag(true),
        Text(&sent("code_challenge")),
        Text(&sent("nonce")),
        MaybeText(found.text("s_acr")?),
        Words(&scopes),
        Words(&resources),
        Words(&amr),
        Long(found.long("s_auth_time")?),
        Text("curl"),
        Bytes(locked.bytes("s_credential_stamp")?),
        Long(at),
        Long(at + CODE),
        Long(at + CODE),
    ];
    writing.row(sql.insert_code, &values).await?;
    writing.commit().await?;
    let (state, issuer) = (sent("state"), escaped(&bare.base_url));
    redirect(&format!(
        "{redirect_uri}?code={code}&state={state}&iss={issuer}"
    ))
}

/// The claims about a person.
pub async fn userinfo(State(bare): State<Arc<Bare>>, headers: HeaderMap) -> Answer {
    let found = bare.bearer(&headers).await?;
    Ok(json(format!(
        r#"{{"email":"{}","email_verified":false,"name":"{}","sub":"{}","updated_at":{}}}"#,
        found.text("u_email")?.unwrap_or_default(),
        found.text("u_name")?.unwrap_or_default(),
        found.public_id("u_pid")?,
        found.seconds("u_updated_at")?,
    )))
}

/// The guarded route.
pub async fn guarded(State(bare): State<Arc<Bare>>, headers: HeaderMap) -> Answer {
    let found = bare.bearer(&headers).await?;
    if !found
        .words("a_scopes")?
        .iter()
        .any(|scope| scope == GUARD_SCOPE)
    {
        return Err("the scope is missing".into());
    }
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (header::VARY, VARY),
    ];
    Ok((headers, "pong").into_response())
}

impl Bare {
    /// The live token of a request with all that belongs to it.
    async fn bearer(&self, headers: &HeaderMap) -> Result<Row, Fault> {
        let header = headers
            .get(header::AUTHORIZATION)
            .ok_or("no token")?
            .to_str()?;
        let token = header.strip_prefix("Bearer ").ok_or("no token")?;
        self.access_token(token).await
    }

    /// A live token with all that belongs to it.
    async fn access_token(&self, token: &str) -> Result<Row, Fault> {
        let hash = hash("access", token);
        let sql = self.database.sql.find_access_token;
        let found = self.database.row(sql, &[NO_CLIENT, Bytes(&hash)]).await?;
        live(&found)?;
        Ok(found)
    }
}

impl Form {
    async fn read(request: Request) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let header = parts
            .headers
            .get(header::AUTHORIZATION)
            .ok_or("no client")?
            .to_str()?;
        let client = STANDARD.decode(header.strip_prefix("Basic ").ok_or("no client")?)?;
        let client = String::from_utf8(client)?;
        let (client_id, secret) = client.split_once(':').ok_or("no secret")?;
        Ok(Self {
            client_id: client_id.to_owned(),
            secret_hash: Sha256::digest(secret).into(),
            body: to_bytes(body, LONGEST).await?,
        })
    }

    /// The value of a parameter.
    pub fn one(&self, name: &str) -> Option<Cow<'_, str>> {
        parameter(&self.body, name)
    }
}

fn parameter<'a>(form: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let pair = parse(form).find(|pair| pair.0 == name);
    pair.map(|pair| pair.1)
}

/// Refuses a token that is over.
fn live(found: &Row) -> Result<(), Fault> {
    if found.long("a_expires_at")? > now() {
        Ok(())
    } else {
        Err("the token is over".into())
    }
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

const VARY: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// The headers of the server's JSON answers.
const HEADERS: [(&str, &str); 7] = [
    ("content-type", "application/json"),
    ("pragma", "no-cache"),
    ("x-content-type-options", "nosniff"),
    ("x-request-id", "d9845d83-aa6d-4971-b8fa-c3ed426ad607"),
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        "www-authenticate,dpop-nonce,retry-after,x-request-id",
    ),
    ("x-powered-by", "loco.rs"),
];

/// The headers of the server's redirects.
const PAGE_HEADERS: [(&str, &str); 9] = [
    ("x-request-id", "d9845d83-aa6d-4971-b8fa-c3ed426ad607"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    ),
    ("cache-control", "no-store"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=()",
    ),
    ("vary", "Accept-Language"),
    ("x-powered-by", "loco.rs"),
];

fn json(body: String) -> Response {
    answer(body.into(), "no-store")
}

fn document(body: Octets) -> Response {
    answer(body.into(), "public, max-age=300")
}

fn answer(body: Body, caching: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, VARY);
    response
}

fn redirect(location: &str) -> Answer {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(location)?);
    for (name, value) in PAGE_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
