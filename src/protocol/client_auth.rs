//! Client authentication (RFC 6749 §2.3, OAuth 2.1 §2.4): exactly one method, and the registered
//! one.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    client::{AuthMethod, Client, ClientKind, ClientStatus},
    client_assertion::{self, Assertion, AssertionError},
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

/// How the client presented itself.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The `client_id`.
    pub client_id: String,
    /// The method that was used.
    pub method: AuthMethod,
    proof: Proof,
}

impl Credentials {
    /// Reads the credentials of a request: the values of its `Authorization` headers and its body.
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
            ([], None) => Ok(Self {
                client_id: body_id
                    .ok_or_else(|| OAuthError::invalid_client("CA-02", FAILED))?
                    .to_owned(),
                method: AuthMethod::None,
                proof: Proof::None,
            }),
            ([], Some(secret)) => Ok(Self {
                client_id: body_id
                    .ok_or_else(|| OAuthError::invalid_client("CA-02", FAILED))?
                    .to_owned(),
                method: AuthMethod::ClientSecretPost,
                proof: Proof::Secret(Secret::new(secret)),
            }),
            ([header], None) => Self::basic(header, body_id),
            _ => Err(OAuthError::invalid_request("CA-01", ONE_METHOD)),
        }
    }

    /// RFC 6749 §2.3.1: both parts are form-encoded before they are joined by a colon.
    fn basic(header: &str, body_id: Option<&str>) -> Result<Self, OAuthError> {
        let malformed = || OAuthError::invalid_client("CA-02", FAILED);
        let (scheme, value) = header.split_once(' ').ok_or_else(malformed)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(malformed());
        }
        let decoded = STANDARD
            .decode(value.trim_start_matches(' '))
            .map_err(|_| malformed())?;
        let at = decoded
            .iter()
            .position(|byte| *byte == b':')
            .ok_or_else(malformed)?;
        let (id, secret) = decoded.split_at(at);
        let client_id = decode(id).map_err(|_| malformed())?;
        let secret = decode(secret.get(1..).unwrap_or_default()).map_err(|_| malformed())?;
        if client_id.is_empty() {
            return Err(malformed());
        }
        if body_id.is_some_and(|body_id| body_id != client_id) {
            return Err(OAuthError::invalid_request("CA-01", ONE_METHOD));
        }
        Ok(Self {
            client_id,
            method: AuthMethod::ClientSecretBasic,
            proof: Proof::Secret(Secret::new(secret)),
        })
    }

    /// RFC 7523 §2.2: the assertion says who the client is.
    fn assertion(
        kind: Option<&str>,
        assertion: Option<&str>,
        body_id: Option<&str>,
    ) -> Result<Self, OAuthError> {
        let Some(assertion) = assertion.filter(|_| kind == Some(client_assertion::TYPE)) else {
            return Err(OAuthError::invalid_client("CA-02", FAILED)
                .expected(client_assertion::TYPE, kind.unwrap_or_default()));
        };
        let assertion = Assertion::parse(assertion).map_err(refused)?;
        let subject = assertion.subject().filter(|subject| !subject.is_empty());
        let client_id = subject
            .ok_or_else(|| refused(AssertionError::Claim("sub")))?
            .to_owned();
        if body_id.is_some_and(|body_id| body_id != client_id) {
            return Err(OAuthError::invalid_request("CA-01", ONE_METHOD));
        }
        Ok(Self {
            client_id,
            method: AuthMethod::PrivateKeyJwt,
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
        let secret_matches = self.secret_matches(client, now);
        match client {
            Some(client)
                if client.status == ClientStatus::Active
                    && client.token_endpoint_auth_method == self.method
                    && (!self.method.uses_secret() || secret_matches) =>
            {
                Ok(client)
            }
            _ => Err(OAuthError::invalid_client("CA-02", FAILED)),
        }
    }

    fn secret_matches(&self, client: Option<&Client>, now: i64) -> bool {
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
        let mut found = false;
        for secret in stored {
            let live = secret.expires_at.is_none_or(|at| at > now);
            // No early exit: the time must not tell which secret matched.
            found |= secret.hash.matches(&sent) & live;
        }
        found
    }
}

/// The answer never says more than that it failed; the operator's log does.
pub fn refused(error: AssertionError) -> OAuthError {
    OAuthError::invalid_client(error.rule(), FAILED).expected(error.to_string(), "")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn params(body: &str) -> Params {
        Params::parse(body.as_bytes()).unwrap()
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn c083_basic_parts_are_form_decoded() {
        let header = basic("a%3Ab:s%25+%2B");
        let credentials = Credentials::read(&[&header], &params("")).unwrap();
        assert_eq!(credentials.client_id, "a:b");
        let Proof::Secret(secret) = credentials.proof else {
            panic!("a secret");
        };
        assert_eq!(secret.expose(), "s% +");
    }

    #[rstest]
    #[case::two_methods(&["Basic YTpi"], "client_secret=x", "invalid_request")]
    #[case::two_headers(&["Basic YTpi", "Basic YTpi"], "", "invalid_request")]
    #[case::other_id(&["Basic YTpi"], "client_id=z", "invalid_request")]
    #[case::nothing(&[], "", "invalid_client")]
    #[case::secret_without_id(&[], "client_secret=x", "invalid_client")]
    #[case::no_base64(&["Basic !!!"], "", "invalid_client")]
    #[case::no_colon(&["Basic YWI="], "", "invalid_client")]
    #[case::bearer(&["Bearer abc"], "client_id=a", "invalid_client")]
    #[case::empty_id(&["Basic OmI="], "", "invalid_client")]
    #[case::assertion_and_basic(&["Basic YTpi"], "client_assertion=x", "invalid_request")]
    #[case::assertion_and_secret(&[], "client_assertion=x&client_secret=y", "invalid_request")]
    #[case::assertion_twice(&[], "client_assertion=x&client_assertion=y", "invalid_request")]
    #[case::assertion_without_type(&[], "client_assertion=x", "invalid_client")]
    #[case::type_without_assertion(&[], "client_id=a&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "invalid_client")]
    #[case::another_type(&[], "client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "invalid_client")]
    #[case::no_jwt(&[], "client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "invalid_client")]
    fn ca_01_exactly_one_well_formed_method(
        #[case] headers: &[&str],
        #[case] body: &str,
        #[case] code: &str,
    ) {
        let error = Credentials::read(headers, &params(body)).unwrap_err();
        assert_eq!(error.code.as_str(), code);
    }

    #[test]
    fn the_scheme_has_any_case_and_the_same_id_may_stand_in_the_body() {
        let credentials = Credentials::read(&["bAsIc YTpi"], &params("client_id=a")).unwrap();
        assert_eq!(credentials.client_id, "a");
        assert_eq!(credentials.method, AuthMethod::ClientSecretBasic);
    }
}
