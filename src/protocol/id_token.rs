//! ID tokens (OpenID Connect Core §2, §3.1.3.6).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

use super::jwk::SigningAlg;
use crate::protocol::time::{Seconds, UnixTime};

/// Header parameter `typ` of an ID token.
pub const TYP: &str = "JWT";

/// Claims that no other source may set.
pub const REGISTERED: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "azp",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
    "cnf",
    "act",
];

/// `at_hash`: the left half of the hash of the access token, by the hash that the signature of the
/// ID token uses (OpenID Connect Core §3.1.3.6): SHA-512 for Ed25519 (RFC 8032 §5.1).
#[must_use]
pub fn at_hash(access_token: &str, alg: SigningAlg) -> String {
    let digest = match alg {
        SigningAlg::RS256 | SigningAlg::PS256 | SigningAlg::ES256 => {
            Sha256::digest(access_token).to_vec()
        }
        SigningAlg::EdDsa => Sha512::digest(access_token).to_vec(),
    };
    let (left, _) = digest.split_at(digest.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// The claims of an ID token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdTokenClaims {
    /// Issuer.
    pub iss: String,
    /// Subject as this client sees it.
    pub sub: String,
    /// The client id, one string.
    pub aud: String,
    /// End of validity.
    pub exp: UnixTime,
    /// Time of issue.
    pub iat: UnixTime,
    /// Unique id.
    pub jti: String,
    /// Time of the last real authentication.
    pub auth_time: UnixTime,
    /// As sent; at the code exchange only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Authentication context class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Authentication methods (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// [`at_hash`] of the access token beside it.
    pub at_hash: String,
    /// Session id, for clients that use logout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    #[serde(flatten)]
    about_user: Map<String, Value>,
}

/// The parties and times of an ID token: what every one has.
#[derive(Clone, Debug)]
pub struct IdTokenBase {
    /// Issuer.
    pub iss: String,
    /// Subject as this client sees it.
    pub sub: String,
    /// The client id.
    pub client_id: String,
    /// Time of issue.
    pub issued_at: UnixTime,
    /// Life.
    pub ttl: Seconds,
    /// Unique id.
    pub jti: String,
    /// Time of the last real authentication.
    pub auth_time: UnixTime,
}

impl IdTokenClaims {
    /// An ID token beside `access_token`, to be signed with `alg`.
    #[must_use]
    pub fn new(base: IdTokenBase, access_token: &str, alg: SigningAlg) -> Self {
        Self {
            iss: base.iss,
            sub: base.sub,
            aud: base.client_id,
            exp: base.issued_at + base.ttl,
            iat: base.issued_at,
            jti: base.jti,
            auth_time: base.auth_time,
            nonce: None,
            acr: None,
            amr: Vec::new(),
            at_hash: at_hash(access_token, alg),
            sid: None,
            about_user: Map::new(),
        }
    }

    /// Sets `nonce`.
    #[must_use]
    pub fn with_nonce(mut self, nonce: Option<String>) -> Self {
        self.nonce = nonce;
        self
    }

    /// Sets `acr` and `amr`.
    #[must_use]
    pub fn with_authentication(mut self, acr: Option<String>, amr: Vec<String>) -> Self {
        self.acr = acr;
        self.amr = amr;
        self
    }

    /// Sets `sid`.
    #[must_use]
    pub fn with_session(mut self, sid: Option<String>) -> Self {
        self.sid = sid;
        self
    }

    /// Adds claims about the user. Null ones, and ones with a registered name, are left
    /// out.
    #[must_use]
    pub fn with_user_claims(mut self, claims: Map<String, Value>) -> Self {
        let allowed = |(name, value): &(String, Value)| {
            !value.is_null() && !REGISTERED.contains(&name.as_str())
        };
        self.about_user.extend(claims.into_iter().filter(allowed));
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> IdTokenBase {
        IdTokenBase {
            iss: "https://as.example".into(),
            sub: "alice".into(),
            client_id: "web".into(),
            issued_at: UnixTime::from_seconds(1000),
            ttl: Seconds::hours(1),
            jti: "id".into(),
            auth_time: UnixTime::from_seconds(900),
        }
    }

    #[test]
    fn at_hash_of_the_openid_example() {
        // OpenID Connect Core A.4 (access token and at_hash of the hybrid example).
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(token, SigningAlg::RS256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(token, SigningAlg::EdDsa).len(), 43);
    }

    #[test]
    fn s17_1_what_is_not_known_is_left_out() {
        let claims = IdTokenClaims::new(base(), "token", SigningAlg::ES256);
        let expected = json!({
            "iss": "https://as.example", "sub": "alice", "aud": "web", "exp": 4600, "iat": 1000,
            "jti": "id", "auth_time": 900, "at_hash": at_hash("token", SigningAlg::ES256),
        });
        assert_eq!(json!(claims), expected);
    }

    #[test]
    fn s17_1_user_claims_never_replace_registered_ones() {
        let user =
            json!({"sub": "mallory", "exp": 9, "nonce": "x", "name": "Alice", "email": null});
        let Value::Object(user) = user else {
            unreachable!()
        };
        let claims = IdTokenClaims::new(base(), "token", SigningAlg::ES256)
            .with_user_claims(user)
            .with_nonce(Some("n".into()))
            .with_authentication(Some("acr".into()), vec!["pwd".into()])
            .with_session(Some("s".into()));
        let claims = json!(claims);
        assert_eq!(
            (&claims["sub"], &claims["exp"]),
            (&json!("alice"), &json!(4600))
        );
        assert_eq!(
            (&claims["nonce"], &claims["sid"]),
            (&json!("n"), &json!("s"))
        );
        assert_eq!(
            (&claims["name"], &claims["amr"]),
            (&json!("Alice"), &json!(["pwd"]))
        );
        assert!(claims.get("email").is_none());
    }
}
