//! Who registers or manages a client: a token in the `Authorization` header, a signed-in person,
//! anybody (RG-03, RG-04).

use axum::http::HeaderMap;

use crate::{
    config::RateLimitEntry,
    error::Failure,
    http::extract::authorization_headers,
    limits::{Keys, Of},
    people::{Owner, hooks::Registrant},
    protocol::secret::{Secret, SecretHash, plain_hash},
    server::Server,
};

/// What stands in the `Authorization` header.
pub enum Bearer {
    /// No such header.
    Absent,
    /// A token.
    Token(Secret),
    /// Anything else.
    Malformed,
}

impl Bearer {
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

/// Who wants to register a client, as far as it is permitted (RG-04).
///
/// # Errors
/// When the database fails.
pub async fn registrant(
    server: &Server,
    headers: &HeaderMap,
) -> Result<Option<Registrant<Owner>>, Failure> {
    let settings = &server.settings.registration;
    match Bearer::read(headers) {
        Bearer::Malformed => return Ok(None),
        Bearer::Token(token) => {
            let known = initial_access_token(server, &token).is_some();
            return Ok(known.then_some(Registrant::InitialAccessToken));
        }
        Bearer::Absent => {}
    }
    if let Some(owner) = person_of_own_page(server, headers).await? {
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

/// What a registration counts for before it is known who asks (RG-03): the address. Whoever has
/// an initial access token is counted apart from the strangers at the same address.
pub fn limits_of(server: &Server, headers: &HeaderMap) -> Of {
    let of = Of::entry(RateLimitEntry::Register);
    let holder = match Bearer::read(headers) {
        Bearer::Token(token) => initial_access_token(server, &token),
        Bearer::Absent | Bearer::Malformed => None,
    };
    match holder {
        Some(SecretHash(hash)) => of.address_for(&format!("holder {hash:02x?}")),
        None => of.address(),
    }
}

/// What a registration counts for whose caller is known (RG-03): all strangers together share the
/// server's ceiling. Nobody else is behind it, and a request that is refused is not counted.
pub fn ceiling_of(caller: &Registrant<Owner>) -> Option<Keys> {
    let of_server = Of::entry(RateLimitEntry::Register).address().server();
    matches!(caller, Registrant::Anonymous).then(|| of_server.without_first().into())
}

/// Who is signed in, if a page of this origin made the request: a cookie alone proves nothing
/// about who wrote the request.
///
/// # Errors
/// When the database fails.
pub async fn person_of_own_page(
    server: &Server,
    headers: &HeaderMap,
) -> Result<Option<Owner>, Failure> {
    let browser = server.sessions.browser(headers, None);
    if !browser.is_of_own_page(&server.urls) {
        return Ok(None);
    }
    let current = server.sessions.current(&browser, "").await?;
    Ok(current.map(|signed_in| signed_in.owner))
}
