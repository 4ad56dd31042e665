//! Request objects: authorization requests that the client signed (RFC 9101, OpenID Connect Core §6).

use serde_json::Value;

use super::{
    client_assertion::{Assertion, AssertionError, AssertionRefusal, JwsForm, MAX_LIFE, SingleUse},
    error::OAuthError,
    params::Params,
    received::Received,
    refusals::RequestObjectRefusal,
    secret::{Purpose, hash},
    time::UnixTime,
};

const FORM: JwsForm = JwsForm {
    max_length: 32 * 1024,
    typ: "oauth-authz-req+jwt",
};

/// Longest `jti`, characters.
const MAX_ID: usize = 255;

/// Claims of the JWT itself, which are no parameters of the request (RFC 7519 §4.1).
const OF_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Values that a request object must have.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedObject<'a> {
    /// The client that sent it.
    pub client_id: &'a str,
    /// The one algorithm that the client registered; `None` = any that is offered.
    pub alg: Option<&'a str>,
    /// The issuer of this server, for which it must be.
    pub issuer: &'a str,
    /// The present time.
    pub now: UnixTime,
}

/// A request object as received: well-formed, nothing about it is proven.
#[derive(Clone, Debug)]
pub struct RequestObject(Assertion);

impl RequestObject {
    /// Parses a request object (JA-01): a compact JWS, as assertions of clients are.
    ///
    /// # Errors
    /// `invalid_request_object`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        Ok(Self(Assertion::parse_as(text, FORM).map_err(refused)?))
    }

    /// The signed text, which a key of the client verifies.
    pub const fn signed(&self) -> &Assertion {
        &self.0
    }

    /// Makes every check that needs no key (JA-01, JA-02), so that keys are fetched for plausible objects
    /// only. Returns what makes the object usable only once, if it has a `jti`.
    ///
    /// # Errors
    /// `invalid_request_object`.
    pub fn check(&self, expected: &ExpectedObject<'_>) -> Result<Option<SingleUse>, OAuthError> {
        self.checked(expected).map_err(refused)
    }

    fn checked(
        &self,
        expected: &ExpectedObject<'_>,
    ) -> Result<Option<SingleUse>, AssertionRefusal> {
        let (object, client_id) = (&self.0, expected.client_id);
        object.check_algorithm(expected.alg)?;
        for claim in ["iss", "client_id"] {
            if object.text(claim) != Some(client_id) {
                return Err(object.refuse(claim, format!("{claim}: {client_id}")));
            }
        }
        if !is_for(object.claims().get("aud"), expected.issuer) {
            let wanted = format!("aud: {}, or a list with it", expected.issuer);
            return Err(object.refuse("aud", wanted));
        }
        // A request object with the client as its subject could pass as an assertion elsewhere (RFC 9101
        // §10.8).
        if object.text("sub") == Some(client_id) {
            return Err(object.refuse("sub", "no sub, or another than the client".to_owned()));
        }
        for claim in ["request", "request_uri"] {
            if object.claims().contains_key(claim) {
                return Err(object.refuse(claim, format!("no {claim} within the object")));
            }
        }
        let until = object.check_times(expected.now, MAX_LIFE)?;
        if !object.claims().contains_key("jti") {
            return Ok(None);
        }
        let jti = object.text("jti").unwrap_or_default();
        if jti.is_empty() || jti.chars().count() > MAX_ID {
            return Err(object.refuse("jti", format!("jti: 1 to {MAX_ID} characters, or none")));
        }
        // The `jti` of an assertion is another one.
        let once = format!("request\0{client_id}\0{jti}");
        Ok(Some(SingleUse {
            hash: hash(Purpose::Jti, &once),
            until,
        }))
    }

    /// Returns the parameters of the request, which are the only ones that count (JA-03). `is_text` tells the
    /// parameters whose value is one text.
    ///
    /// # Errors
    /// `invalid_request_object` for a parameter of another type, or over a bound.
    pub fn params(&self, is_text: impl Fn(&str) -> bool) -> Result<Params, OAuthError> {
        let mut pairs = Vec::new();
        let own = |name: &&String| !OF_JWT.contains(&name.as_str());
        for (name, value) in self.0.claims().iter().filter(|(name, _)| own(name)) {
            let kind = if is_text(name) {
                ParameterKind::Text
            } else {
                ParameterKind::Other
            };
            for value in texts(name, value, kind)? {
                pairs.push((name.clone(), value));
            }
        }
        Params::of(pairs).map_err(|error| {
            OAuthError::of(RequestObjectRefusal::ParameterWrong)
                .received(Received::Public(error.refusal().row().problem))
        })
    }
}

/// What a parameter may be.
#[derive(Clone, Copy)]
enum ParameterKind {
    /// One text, whose meaning this server knows.
    Text,
    /// Anything else.
    Other,
}

/// The values of a parameter as they would stand in a form (RFC 9101 §4): texts as they are, numbers and
/// booleans as JSON writes them, a list of texts as several values of `resource` (RFC 8707 §2), objects such
/// as `claims` as JSON (OpenID Connect Core §5.5).
fn texts(name: &str, value: &Value, kind: ParameterKind) -> Result<Vec<String>, OAuthError> {
    let wrong = |sent: &str| {
        let received = format!("{name}: {sent}");
        let error = OAuthError::of(RequestObjectRefusal::ParameterWrong);
        error.received(Received::Public(&received))
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(entries) if name == "resource" => entries
            .iter()
            .map(|entry| {
                let text = entry.as_str().map(str::to_owned);
                text.ok_or_else(|| wrong("a list of something else than texts"))
            })
            .collect(),
        Value::Array(_) if matches!(kind, ParameterKind::Text) => Err(wrong("a list")),
        Value::Object(_) if matches!(kind, ParameterKind::Text) => Err(wrong("an object")),
        _ => Ok(vec![value.to_string()]),
    }
}

fn is_for(aud: Option<&Value>, issuer: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(list)) => list.iter().any(|one| one.as_str() == Some(issuer)),
        _ => false,
    }
}

/// Makes the refusal of a request object that did not pass a check.
pub fn refused(refusal: AssertionRefusal) -> OAuthError {
    let row = match refusal.error {
        AssertionError::UnknownKey | AssertionError::Signature => {
            RequestObjectRefusal::SignatureWrong
        }
        AssertionError::Claim("exp" | "iat" | "nbf" | "jti")
        | AssertionError::Expiry
        | AssertionError::NotYet
        | AssertionError::Replay => RequestObjectRefusal::NotFresh,
        AssertionError::Claim(_) => RequestObjectRefusal::ClaimWrong,
        _ => RequestObjectRefusal::FormWrong,
    };
    let expected = format!("{} ({})", refusal.expected, refusal.error);
    OAuthError::of(row).observed(expected, refusal.received)
}

#[cfg(test)]
mod tests;
