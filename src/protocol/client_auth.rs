//! Client authentication (RFC 6749 §2.3, OAuth 2.1 §2.4): exactly one method, and the registered
//! one.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    client::{AuthMethod, Client, ClientKind, ClientStatus},
    client_assertion::{self, Assertion, AssertionError, Refusal},
    error::OAuthError,
    params::{Params, decode},
    secret::{Purpose, Secret, hash, plain_hash},
};

const ONE_METHOD: &str = "The client must authenticate in exactly one way";
const FAILED: &str = "Client authentication failed";

/// What the client shows besides its id.
#[derive(Clone, Debug)]
enum Proof {
    None,
    Secret(Secret),
    Assertion(Box<Assertion>),
}

/// An endpoint at which clients authenticate (§12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEndpoint {
    /// RFC 6749 §3.2.
    Token,
    /// RFC 7009 §2.
    Revocation,
    /// RFC 7662 §2.
    Introspection,
}

/// How the client presented itself.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The `client_id`.
    pub client_id: String,
    /// The method that was used.
    pub method: AuthMethod,
    /// Where it presented itself: an assertion may be made for this endpoint (CA-04).
    pub endpoint: ClientEndpoint,
    proof: Proof,
}

impl Credentials {
    /// Reads the credentials of a request to the token endpoint: the values of its `Authorization`
    /// headers and its body.
    ///
    /// # Errors
    /// `invalid_request` for more than one method (CA-01), `invalid_client` for none or a malformed
    /// one (CA-02).
    pub fn read(authorization: &[&str], params: &Params) -> Result<Self, OAuthError> {
        let repeated = |_| OAuthError::invalid_request("CA-01", "A parameter was sent twice");
        let body_id = params.one("client_id").map_err(repeated)?;
        let body_secret = params.one("client_secret").map_err(repeated)?;
        let kind = params.one("client_assertion_type").map_err(repeated)?;
        let assertion = params.one("client_assertion").map_err(repeated)?;
        if kind.is_some() || assertion.is_some() {
            if body_secret.is_some() || !authorization.is_empty() {
                return Err(OAuthError::invalid_request("CA-01", ONE_METHOD));
            }
            return Self::assertion(kind, assertion, body_id);
        }
        match (authorization, body_secret) {
            ([], None) => Self::of_body(body_id, AuthMethod::None, Proof::None),
            ([], Some(secret)) => {
                let proof = Proof::Secret(Secret::new(secret));
                Self::of_body(body_id, AuthMethod::ClientSecretPost, proof)
            }
            ([header], None) => Self::basic(header, body_id),
            _ => Err(OAuthError::invalid_request("CA-01", ONE_METHOD)),
        }
    }

    /// The same credentials, presented at another endpoint.
    #[must_use]
    pub const fn at(mut self, endpoint: ClientEndpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    fn of_body(
        body_id: Option<&str>,
        method: AuthMethod,
        proof: Proof,
    ) -> Result<Self, OAuthError> {
        let client_id = body_id.ok_or_else(|| {
            let wanted = "client_id in the body, a Basic Authorization header, or an assertion";
            failed(wanted, "none of them")
        })?;
        Ok(Self {
            client_id: client_id.to_owned(),
            method,
            endpoint: ClientEndpoint::Token,
            proof,
        })
    }

    /// RFC 6749 §2.3.1: both parts are form-encoded before they are joined by a colon.
    fn basic(header: &str, body_id: Option<&str>) -> Result<Self, OAuthError> {
        let malformed = |received: &str| {
            let wanted = "Basic and base64 of client_id:client_secret, both form-encoded";
            failed(wanted, received)
        };
        let Some((scheme, value)) = header.split_once(' ') else {
            return Err(malformed("an Authorization header without a space"));
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(malformed("an Authorization header of another scheme"));
        }
        let decoded = STANDARD
            .decode(value.trim_start_matches(' '))
            .map_err(|_| malformed("a Basic value that is not base64 with padding"))?;
        let at = decoded
            .iter()
            .position(|byte| *byte == b':')
            .ok_or_else(|| malformed("a Basic value without a colon"))?;
        let (id, secret) = decoded.split_at(at);
        let not_encoded = |_| malformed("a client_id or secret that is not form-encoded UTF-8");
        let client_id = decode(id).map_err(not_encoded)?;
        let secret = decode(secret.get(1..).unwrap_or_default()).map_err(not_encoded)?;
        if client_id.is_empty() {
            return Err(malformed("a Basic value with an empty client_id"));
        }
        if body_id.is_some_and(|body_id| body_id != client_id) {
            return Err(OAuthError::invalid_request("CA-01", ONE_METHOD).observed(
                "the client_id of the Authorization header",
                "another in the body",
            ));
        }
        Ok(Self {
            client_id,
            method: AuthMethod::ClientSecretBasic,
            endpoint: ClientEndpoint::Token,
            proof: Proof::Secret(Secret::new(secret)),
        })
    }

    /// RFC 7523 §2.2: the assertion says who the client is.
    fn assertion(
        kind: Option<&str>,
        assertion: Option<&str>,
        body_id: Option<&str>,
    ) -> Result<Self, OAuthError> {
        if kind != Some(client_assertion::TYPE) {
            let wanted = format!("client_assertion_type: {}", client_assertion::TYPE);
            return Err(failed(wanted, kind.unwrap_or("no client_assertion_type")));
        }
        let Some(assertion) = assertion else {
            return Err(failed("client_assertion", "client_assertion_type alone"));
        };
        let assertion = Assertion::parse(assertion).map_err(refused)?;
        let subject = assertion.subject().filter(|subject| !subject.is_empty());
        let client_id = subject
            .ok_or_else(|| {
                let wanted = "sub: the client_id as a text";
                refused(AssertionError::Claim("sub").because(wanted, "none"))
            })?
            .to_owned();
        if body_id.is_some_and(|body_id| body_id != client_id) {
            return Err(OAuthError::invalid_request("CA-01", ONE_METHOD).observed(
                "the client_id of the assertion's sub",
                "another in the body",
            ));
        }
        Ok(Self {
            client_id,
            method: AuthMethod::PrivateKeyJwt,
            endpoint: ClientEndpoint::Token,
            proof: Proof::Assertion(Box::new(assertion)),
        })
    }

    /// The assertion, which [`Self::authenticate`] leaves unproven: its keys may have to be
    /// fetched.
    pub fn unproven_assertion(&self) -> Option<&Assertion> {
        match &self.proof {
            Proof::Assertion(assertion) => Some(assertion),
            Proof::None | Proof::Secret(_) => None,
        }
    }

    /// Decides whether these credentials are `client`'s (CA-02). An unknown client and a wrong
    /// secret do the same work and get the same answer.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn authenticate<'a>(
        &self,
        client: Option<&'a Client>,
        now: i64,
    ) -> Result<&'a Client, OAuthError> {
        // Looked at in any case, so that an unknown client takes as long as a wrong secret.
        let secret = self.secret_of(client, now);
        let Some(client) = client else {
            return Err(failed(
                "a client that is registered here",
                "an unknown client_id",
            ));
        };
        if client.status != ClientStatus::Active {
            let received = format!("a client whose status is {}", client.status.as_str());
            return Err(failed("an active client", received));
        }
        let (registered, used) = (client.token_endpoint_auth_method, self.method);
        if registered != used {
            let wanted = format!("{}, the registered method", registered.as_str());
            return Err(failed(wanted, used.as_str()));
        }
        if !used.uses_secret() {
            return Ok(client);
        }
        match secret {
            SecretMatch::Good => Ok(client),
            SecretMatch::Expired => Err(failed("the present secret", "one that has expired")),
            SecretMatch::None if client.secrets.is_empty() => {
                Err(failed("a client with a secret", "a client without one"))
            }
            SecretMatch::None => Err(failed("the secret of this client", "another secret")),
        }
    }

    fn secret_of(&self, client: Option<&Client>, now: i64) -> SecretMatch {
        let sent = match &self.proof {
            Proof::Secret(secret) => secret.expose(),
            Proof::None | Proof::Assertion(_) => "",
        };
        let (stored, kind) = client.map_or((&[][..], ClientKind::Operator), |client| {
            (client.secrets.as_slice(), client.kind)
        });
        let sent = match kind {
            ClientKind::Static => plain_hash(sent),
            _ => hash(Purpose::Secret, sent),
        };
        let (mut good, mut expired) = (false, false);
        for secret in stored {
            let live = secret.expires_at.is_none_or(|at| at > now);
            let matches = secret.hash.matches(&sent);
            // No early exit: the time must not tell which secret matched.
            good |= matches & live;
            expired |= matches & !live;
        }
        match (good, expired) {
            (true, _) => SecretMatch::Good,
            (false, true) => SecretMatch::Expired,
            (false, false) => SecretMatch::None,
        }
    }
}

/// Which of a client's secrets was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SecretMatch {
    /// One that is valid now.
    Good,
    /// One that was valid before.
    Expired,
    /// None.
    None,
}

/// The answer says no more than that authentication failed; the operator's log has the check.
fn failed(expected: impl Into<String>, received: impl AsRef<str>) -> OAuthError {
    OAuthError::invalid_client("CA-02", FAILED).observed(expected, received)
}

/// The same for an assertion.
pub fn refused(refusal: Refusal) -> OAuthError {
    let rule = refusal.error.rule();
    let expected = format!("{} ({})", refusal.expected, refusal.error);
    OAuthError::invalid_client(rule, FAILED).observed(expected, refusal.received)
}

#[cfg(test)]
mod tests;
