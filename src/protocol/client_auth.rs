//! Client authentication (RFC 6749 §2.3, OAuth 2.1 §2.4): exactly one method, and the registered
//! one.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    client::{AuthMethod, Client, ClientKind, ClientStatus},
    client_assertion::{self, Assertion, AssertionError, AssertionRefusal},
    error::OAuthError,
    params::decode,
    received::Received,
    refusals::ClientAuthRefusal,
    secret::{Purpose, Secret, hash, plain_hash},
};
use crate::protocol::time::UnixTime;

/// The proof that a request has besides the client id.
#[derive(Clone, Debug)]
enum Proof {
    None,
    Secret(Secret),
    Assertion(Box<Assertion>),
}

/// An endpoint at which clients authenticate (CA-01 to CA-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEndpoint {
    /// The token endpoint (RFC 6749 §3.2).
    Token,
    /// The revocation endpoint (RFC 7009 §2).
    Revocation,
    /// The introspection endpoint (RFC 7662 §2).
    Introspection,
    /// The pushed authorization request endpoint (RFC 9126 §2).
    PushedRequest,
    /// The device authorization endpoint (RFC 8628 §3.1).
    DeviceAuthorization,
}

/// Client credentials in a form body (RFC 6749 §2.3.1, RFC 7521 §4.2).
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientParameters<'p> {
    /// Parameter `client_id`.
    pub id: Option<&'p str>,
    /// Parameter `client_secret`.
    pub secret: Option<&'p str>,
    /// Parameter `client_assertion`.
    pub assertion: Option<&'p str>,
    /// Parameter `client_assertion_type`.
    pub assertion_type: Option<&'p str>,
}

/// The credentials of a request.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The `client_id`.
    pub client_id: String,
    /// The method that was used.
    pub method: AuthMethod,
    /// The endpoint that was called: an assertion may be made for it (CA-04).
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
    pub fn read(authorization: &[&str], body: ClientParameters<'_>) -> Result<Self, OAuthError> {
        let ClientParameters {
            id: body_id,
            secret: body_secret,
            assertion,
            assertion_type: kind,
        } = body;
        if kind.is_some() || assertion.is_some() {
            if body_secret.is_some() || !authorization.is_empty() {
                return Err(OAuthError::of(ClientAuthRefusal::TwoMethods));
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
            _ => Err(OAuthError::of(ClientAuthRefusal::TwoMethods)),
        }
    }

    /// Returns these credentials for another endpoint.
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
            let none = Received::Public("none of them");
            OAuthError::of(ClientAuthRefusal::CredentialsMissing).received(none)
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
            OAuthError::of(ClientAuthRefusal::BasicMalformed).received(Received::Public(received))
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
            return Err(OAuthError::of(ClientAuthRefusal::TwoClients).observed(
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
            let sent = Received::Public(kind.unwrap_or("no client_assertion_type"));
            return Err(OAuthError::of(ClientAuthRefusal::AssertionTypeUnknown).received(sent));
        }
        let Some(assertion) = assertion else {
            let alone = Received::Public("client_assertion_type alone");
            return Err(OAuthError::of(ClientAuthRefusal::AssertionMissing).received(alone));
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
            return Err(OAuthError::of(ClientAuthRefusal::TwoClients).observed(
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

    /// Returns the assertion, which [`Self::authenticate`] does not verify: its keys may have to be
    /// fetched.
    pub fn unproven_assertion(&self) -> Option<&Assertion> {
        match &self.proof {
            Proof::Assertion(assertion) => Some(assertion),
            Proof::None | Proof::Secret(_) => None,
        }
    }

    /// Decides whether these credentials are those of `client` (CA-02). An unknown client and a
    /// wrong secret take the same work and get the same answer.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn authenticate<'a>(
        &self,
        client: Option<&'a Client>,
        now: UnixTime,
    ) -> Result<&'a Client, OAuthError> {
        // Looked at in any case, so that an unknown client takes as long as a wrong secret.
        let secret = self.secret_of(client, now);
        let Some(client) = client else {
            let sent = Received::Public("an unknown client_id");
            return Err(OAuthError::of(ClientAuthRefusal::ClientUnknown).received(sent));
        };
        if client.status != ClientStatus::Active {
            let received = format!("a client whose status is {}", client.status.as_str());
            let received = Received::Public(&received);
            return Err(OAuthError::of(ClientAuthRefusal::ClientNotActive).received(received));
        }
        let (registered, used) = (client.token_endpoint_auth_method, self.method);
        if registered != used {
            let wanted = format!("{}, the registered method", registered.as_str());
            let error = OAuthError::of(ClientAuthRefusal::MethodNotOfClient);
            return Err(error.observed(wanted, used.as_str()));
        }
        if !used.uses_secret() {
            return Ok(client);
        }
        let (refusal, received) = match secret {
            SecretMatch::Good => return Ok(client),
            SecretMatch::Expired => (ClientAuthRefusal::SecretExpired, "one that has expired"),
            SecretMatch::None if client.secrets.is_empty() => {
                (ClientAuthRefusal::SecretWrong, "a client without one")
            }
            SecretMatch::None => (ClientAuthRefusal::SecretWrong, "another secret"),
        };
        Err(OAuthError::of(refusal).received(Received::Public(received)))
    }

    fn secret_of(&self, client: Option<&Client>, now: UnixTime) -> SecretMatch {
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
            good |= matches && live;
            expired |= matches && !live;
        }
        match (good, expired) {
            (true, _) => SecretMatch::Good,
            (false, true) => SecretMatch::Expired,
            (false, false) => SecretMatch::None,
        }
    }
}

/// How the sent secret compares with the secrets of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SecretMatch {
    /// It is a secret that is valid now.
    Good,
    /// It is a secret that has expired.
    Expired,
    /// It is no secret of the client.
    None,
}

/// Makes the answer to a refused assertion: the client is told only that authentication failed; the
/// operator's log has the check.
pub fn refused(refusal: AssertionRefusal) -> OAuthError {
    let expected = format!("{} ({})", refusal.expected, refusal.error);
    OAuthError::of(refusal.error.refusal()).observed(expected, refusal.received)
}

#[cfg(test)]
mod tests;
