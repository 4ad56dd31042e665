//! JWT access tokens (RFC 9068 §2).

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{actor::Actor, scope::Scopes};
use crate::protocol::time::UnixTime;

/// Header parameter `typ` of a JWT access token (RFC 9068 §2.1).
pub const TYP: &str = "at+jwt";

/// Claims that the app cannot set.
pub const REGISTERED: [&str; 15] = [
    "iss",
    "exp",
    "aud",
    "sub",
    "client_id",
    "iat",
    "nbf",
    "jti",
    "scope",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "cnf",
    "act",
];

/// The claim `aud`, written as a string if there is one value (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(pub Vec<String>);

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

/// The claim `cnf`: the key to which a token is bound (RFC 7800 §3.1, RFC 9449 §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confirmation {
    /// Thumbprint of the key.
    pub jkt: String,
}

/// The claims of a JWT access token. There are no claims about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessTokenClaims {
    /// Issuer.
    pub iss: String,
    /// When the token expires.
    pub exp: UnixTime,
    /// Resources the token is for.
    pub aud: Audience,
    /// Subject as the client sees it; for machines the client id.
    pub sub: String,
    /// The client.
    pub client_id: String,
    /// Time of issue.
    pub iat: UnixTime,
    /// Unique id.
    pub jti: String,
    /// Granted scopes (RFC 9068 §2.2.3), absent if there are none.
    #[serde(serialize_with = "words", skip_serializing_if = "Scopes::is_empty")]
    pub scope: Scopes,
    /// Claims about the login, if there was one.
    #[serde(flatten)]
    pub login: Option<LoginClaims>,
    /// The key to which the token is bound (RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Session id, for clients that use logout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Who acts for the subject (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Claims that the app adds; none of [`REGISTERED`].
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// The claims of RFC 9068 §2.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoginClaims {
    /// Time of the last real authentication.
    pub auth_time: UnixTime,
    /// Authentication context class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Authentication methods (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

fn words<S: Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(scopes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(audiences: &[&str], login: Option<LoginClaims>) -> AccessTokenClaims {
        AccessTokenClaims {
            iss: "https://as.example".into(),
            exp: UnixTime::from_seconds(4600),
            aud: Audience(audiences.iter().map(ToString::to_string).collect()),
            sub: "alice".into(),
            client_id: "web".into(),
            iat: UnixTime::from_seconds(1000),
            jti: "id".into(),
            scope: ["read", "write"].into_iter().collect(),
            login,
            cnf: None,
            sid: None,
            act: None,
            more: Map::new(),
        }
    }

    #[test]
    fn c224_claims_of_rfc_9068() {
        let login = LoginClaims {
            auth_time: UnixTime::from_seconds(900),
            acr: None,
            amr: vec!["pwd".into()],
        };
        let expected = json!({
            "iss": "https://as.example", "exp": 4600, "aud": ["https://a", "https://b"],
            "sub": "alice", "client_id": "web", "iat": 1000, "jti": "id", "scope": "read write",
            "auth_time": 900, "amr": ["pwd"],
        });
        assert_eq!(
            json!(claims(&["https://a", "https://b"], Some(login))),
            expected
        );
    }

    #[test]
    fn s11_5_one_audience_is_a_string_and_machines_have_no_login() {
        let mut claims = claims(&["https://a"], None);
        claims.scope = Scopes::default();
        let claims = json!(claims);
        assert_eq!(claims["aud"], json!("https://a"));
        assert!(claims.get("auth_time").is_none() && claims.get("scope").is_none());
    }
}
