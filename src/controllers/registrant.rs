//! Who registers or manages a client: the holder of a token in the `Authorization` header, a signed-in
//! person, or anybody (RG-03, RG-04).

use axum::http::HeaderMap;

use crate::{
    config::RateLimitEntry,
    error::Failure,
    http::extract::authorization_headers,
    limits::{RateLimitKeySet, RateLimitKeys},
    people::{Owner, hooks::Registrant},
    protocol::secret::{Secret, SecretHash, plain_hash},
    server::Server,
};

/// The `Authorization` header of a request.
pub enum AuthorizationHeader {
    /// The request has no such header.
    Absent,
    /// A bearer token.
    Token(Secret),
    /// Another scheme, several headers, or a value that is not ASCII.
    Malformed,
}

impl AuthorizationHeader {
    /// Reads the header (RFC 6750 §2.1).
    pub fn read(headers: &HeaderMap) -> Self {
        match authorization_headers(headers).as_deref() {
            Ok([]) => Self::Absent,
            Ok([header]) => match header.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Self::Token(Secret::new(token.trim()))
                }
                _ => Self::Malformed,
            },
            _ => Self::Malformed,
        }
    }
}

/// Who wants to register a client; `None` when the caller may not (RG-04).
///
/// # Errors
/// When the database fails.
pub async fn registrant(
    server: &Server,
    headers: &HeaderMap,
) -> Result<Option<Registrant<Owner>>, Failure> {
    let settings = &server.settings.registration;
    match AuthorizationHeader::read(headers) {
        AuthorizationHeader::Malformed => return Ok(None),
        AuthorizationHeader::Token(token) => {
            let known = initial_access_token(server, &token).is_some();
            return Ok(known.then_some(Registrant::InitialAccessToken));
        }
        AuthorizationHeader::Absent => {}
    }
    if let Some(owner) = same_origin_user(server, headers).await? {
        return Ok(Some(Registrant::User(owner)));
    }
    Ok(settings.anonymous.then_some(Registrant::Anonymous))
}

/// The hash of an initial access token, if it is one of the settings.
fn initial_access_token(server: &Server, token: &Secret) -> Option<SecretHash> {
    let sent = plain_hash(token.expose());
    let mut known = false;
    for hash in &server.settings.registration.initial_access_tokens {
        // No early exit: the time must not tell which one matched.
        known |= hash.matches(&sent);
    }
    known.then_some(sent)
}

/// Rate limit keys of a registration whose caller is not known yet (RG-03): the address. Whoever has an
/// initial access token is counted apart from all others at that address.
pub fn registration_keys(server: &Server, headers: &HeaderMap) -> RateLimitKeys {
    let of = RateLimitKeys::entry(RateLimitEntry::Register);
    let holder = match AuthorizationHeader::read(headers) {
        AuthorizationHeader::Token(token) => initial_access_token(server, &token),
        AuthorizationHeader::Absent | AuthorizationHeader::Malformed => None,
    };
    match holder {
        Some(hash) => of.address_for(&format!("holder {}", hash.to_text())),
        None => of.address(),
    }
}

/// Rate limit keys of an anonymous registration (RG-03): all of them share one limit of the whole server.
/// `None` for every other caller. A request that is refused is not counted.
pub fn anonymous_registration_keys(caller: &Registrant<Owner>) -> Option<RateLimitKeySet> {
    let of_server = RateLimitKeys::entry(RateLimitEntry::Register)
        .address()
        .server();
    matches!(caller, Registrant::Anonymous).then(|| of_server.without_first().into())
}

/// Who is signed in, if a page of this origin made the request: a cookie alone proves nothing
/// about who wrote the request.
///
/// # Errors
/// When the database fails.
pub async fn same_origin_user(
    server: &Server,
    headers: &HeaderMap,
) -> Result<Option<Owner>, Failure> {
    let browser = server.sessions.browser(headers, None);
    if !browser.is_same_origin_request(&server.urls) {
        return Ok(None);
    }
    let current = server.sessions.current(&browser, "").await?;
    Ok(current.map(|signed_in| signed_in.owner))
}
